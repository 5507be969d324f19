import { sha256 } from "../../../contract/chain.ts";

/**
 * Binds a command's id to the entry that it is kept beside. The chain does not cover it, for it is told to nobody; a
 * changed one would make a retry happen twice (G3), so `verify` must find it.
 * @param hash hex, the entry's
 */
export const sealOf = (hash: string, commandId: string): Buffer => Buffer.from(sha256(`${hash} ${commandId}`), "hex");

import { randomBytes } from "node:crypto";

/** What our tokens begin with, so that scanners of leaked secrets can know them. */
const PREFIX = "wh_";
/** 256 bits: not to be guessed, so a plain SHA-256 of it is as good as a slow hash. */
const BYTES = 32;

export const newToken = (): string => PREFIX + randomBytes(BYTES).toString("base64url");

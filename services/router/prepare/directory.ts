import { refuse } from "../../../contract/errors.ts";
import { bareHandle, type Principal } from "../../../contract/principal.ts";

/** What preparing asks of the directory. */
export type Directory = { byHandle(handles: string[]): Promise<Map<string, Principal>> };

/** The id of whom an address names; without one, the sender's own. @throws not-found */
export async function target(senderId: string, address: string | undefined, directory: Directory): Promise<string> {
  if (address === undefined) return senderId;
  const handle = bareHandle(address);
  const found = (await directory.byHandle([handle])).get(handle);
  if (!found) throw refuse("not-found", `There is no @${handle}`);
  return found.id;
}

import type { CurrentMessage, CurrentPage, MessageKey } from "../../contract/actions/readers.ts";

/** Places that are asked for in one call. */
const ASKED = 200;

/** Reads messages as they are now, page by page, however many and long they are. */
export async function readCurrent(
  keys: readonly MessageKey[],
  read: (keys: MessageKey[]) => Promise<CurrentPage>,
): Promise<CurrentMessage[]> {
  const found: CurrentMessage[] = [];
  for (let left = [...keys]; left.length > 0; ) {
    const page = await read(left.slice(0, ASKED));
    found.push(...page.messages);
    left = [...page.left, ...left.slice(ASKED)];
  }
  return found;
}

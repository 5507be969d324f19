import type { CurrentMessage, CurrentPage, MessageKey } from "../../contract/actions/readers.ts";
import type { Taker } from "../../mixins/log-reader/log-reader.ts";
import { readCurrent } from "./current.ts";
import { currentDocument, keyOf, meaningOf } from "./document.ts";
import type { Document, Index } from "./engines/engine.ts";

/** Takes entries into an index. @param current reads messages as they are now */
export const catchUp = (index: Index, current: (keys: MessageKey[]) => Promise<CurrentPage>): Taker => ({
  cursors: () => index.cursors(),

  async take(entries, cursors) {
    const { documents, looks } = meaningOf(entries);
    const looked = await withRoots(looks, (keys) => readCurrent(keys, current));
    const put = new Map<string, Document>(documents.map((document) => [keyOf(document), document]));
    const remove: MessageKey[] = [];
    for (const message of looked) {
      const document = currentDocument(message);
      const { conversationId, seq } = message;
      if (document) put.set(keyOf(message), document);
      else {
        put.delete(keyOf(message));
        remove.push({ conversationId, seq });
      }
    }
    await index.apply({ put: [...put.values()], remove, cursors });
  },
});

/** A reply that was redacted may have been the last of its thread: its root is looked at too. */
async function withRoots(
  keys: readonly MessageKey[],
  read: (keys: MessageKey[]) => Promise<CurrentMessage[]>,
): Promise<CurrentMessage[]> {
  const messages = await read([...keys]);
  const known = new Set(keys.map(keyOf));
  const roots = messages
    .filter((message) => "redacted" in message)
    .flatMap(({ conversationId, replyTo }) => (replyTo === undefined ? [] : [{ conversationId, seq: replyTo }]))
    .filter((root) => !known.has(keyOf(root)));
  if (roots.length === 0) return messages;
  const distinct = new Map(roots.map((root) => [keyOf(root), root]));
  return [...messages, ...(await read([...distinct.values()]))];
}

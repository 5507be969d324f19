import type { CurrentPage, MessageKey } from "../../contract/actions/readers.ts";
import { readCurrent } from "./current.ts";
import { keyOf } from "./document.ts";
import type { Hit } from "./engines/engine.ts";

/** A hit that may go out, with the message as the log has it. */
export type Authorised = { hit: Hit; senderId: string; sentAt: string; text: string };

/**
 * The hits that are in conversations which the caller is a member of now, and are the message's present version. All that
 * is told of them comes from the log; of the index only that they are there (G5).
 * @param mine reads, for the caller, messages as they are now
 */
export async function authorise(
  hits: readonly Hit[],
  mine: (keys: MessageKey[]) => Promise<CurrentPage>,
): Promise<Authorised[]> {
  const keys = hits.map(({ conversationId, seq }) => ({ conversationId, seq }));
  const messages = new Map((await readCurrent(keys, mine)).map((message) => [keyOf(message), message]));
  return hits.flatMap((hit) => {
    const message = messages.get(keyOf(hit));
    if (!message || "redacted" in message || message.version !== hit.version) return [];
    const { senderId, sentAt, text } = message;
    return [{ hit, senderId, sentAt, text }];
  });
}

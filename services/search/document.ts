import type { CurrentMessage, MessageKey } from "../../contract/actions/readers.ts";
import type { WireEntry } from "../../contract/entry.ts";
import type { Document } from "./engines/engine.ts";

/** What entries mean for the index: messages that are to be indexed as they were sent, and those to be looked at anew. */
export type Meaning = { documents: Document[]; looks: MessageKey[] };

/**
 * An edit, a redaction and a reply only say which message is another now; what it is now says the log. So it makes no
 * difference whether an entry is read once or again, and in which order messages are looked at.
 */
export function meaningOf(entries: readonly WireEntry[]): Meaning {
  const documents: Document[] = [];
  const looks = new Map<string, MessageKey>();
  const look = (conversationId: string, seq: number | undefined) => {
    if (seq !== undefined) looks.set(keyOf({ conversationId, seq }), { conversationId, seq });
  };
  for (const entry of entries) {
    const { conversationId, type, targetSeq, replyTo } = entry;
    if (type === "edit" || type === "redact") look(conversationId, targetSeq);
    if (type !== "message") continue;
    // A message without a body was overtaken: what overtook it comes later.
    const document = sentDocument(entry);
    if (document) documents.push(document);
    look(conversationId, replyTo);
  }
  return { documents, looks: [...looks.values()] };
}

export const keyOf = ({ conversationId, seq }: MessageKey): string => `${conversationId} ${seq}`;

function sentDocument({ conversationId, seq, senderId, sentAt, replyTo, body }: WireEntry): Document | undefined {
  if (!body || !("text" in body) || typeof body.text !== "string") return undefined;
  return { conversationId, seq, senderId, sentAt, version: seq, text: body.text, thread: replyTo !== undefined };
}

/** A message as it is now; undefined where there is nothing to be found of it. */
export function currentDocument(message: CurrentMessage): Document | undefined {
  if ("redacted" in message) return undefined;
  const { conversationId, seq, senderId, sentAt, version, text, replyTo, replies } = message;
  return { conversationId, seq, senderId, sentAt, version, text, thread: replyTo !== undefined || replies > 0 };
}

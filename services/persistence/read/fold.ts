import type { Message } from "../../../contract/conversation.ts";
import type { Body } from "../../../contract/entry.ts";
import type { EntryRow } from "../tables.ts";

/** A message as history shows it, from its entry and what later entries made of it. */
export function fold(row: EntryRow, replies: number): Message {
  const { text, data, mentions = [] } = bodyOf(row);
  return {
    seq: row.seq,
    senderId: row.sender_id,
    ...(text === undefined ? {} : { text }),
    ...(data === undefined ? {} : { data }),
    mentions,
    sentAt: row.sent_at,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    replies,
    reactions: [],
  };
}

const bodyOf = ({ body }: EntryRow): Partial<Body<"message">> => (body === null ? {} : JSON.parse(body));

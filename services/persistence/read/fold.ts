import type { Message } from "../../../contract/conversation.ts";
import type { Body } from "../../../contract/entry.ts";
import type { EntryRow, MessageRow } from "../tables.ts";
import { bodyIn } from "./rows.ts";

/** Equal reactions or pins of a message that are in force: how many, and whether the caller's is among them. */
export type MarkRow = Pick<EntryRow, "type" | "target_seq" | "body"> & { count: number; me: number };

/** What gave way to a later entry, and not to a new version, was redacted. */
export const isRedacted = ({ overtaken_by, version }: MessageRow): boolean => overtaken_by !== null && version === null;

/** A message as history shows it: its last version, and the marks that are in force. */
export function fold(row: MessageRow, marks: readonly MarkRow[]): Message {
  const line = {
    seq: row.seq,
    senderId: row.sender_id,
    sentAt: row.sent_at,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    replies: row.replies,
  };
  if (isRedacted(row)) return { ...line, mentions: [], redacted: true, reactions: [] };
  const { text, data, mentions = [] } = contentOf(row);
  return {
    ...line,
    ...(text === undefined ? {} : { text }),
    ...(data === undefined ? {} : { data }),
    mentions,
    ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
    ...(marks.some(({ type }) => type === "pin") ? { pinned: true } : {}),
    reactions: reactionsOf(marks),
  };
}

/** The content of a message's version that is in force. */
export function contentOf({ body, version }: MessageRow): Partial<Body<"message">> {
  const text = version ?? body;
  return (text === null ? undefined : bodyIn<"message">(text)) ?? {};
}

function reactionsOf(marks: readonly MarkRow[]): Message["reactions"] {
  return marks.flatMap(({ type, body, count, me }) => {
    if (type !== "reaction" || body === null) return [];
    const { emoji }: Body<"reaction"> = JSON.parse(body);
    return [{ emoji, count, me: me > 0 }];
  });
}

import type { AppendedEntry } from "../../../contract/append.ts";
import type { Body, Entry, EntryType, WireEntry } from "../../../contract/entry.ts";
import type { EntryRow } from "../tables.ts";

/** What of an entry's row its hash covers. */
type Line = Omit<EntryRow, "command_id" | "command_seal" | "body" | "ordinal" | "overtaken_by" | "replies">;

/** An entry without its body; a field that is null in its row is absent. */
export const lineOf = (row: Line): WireEntry => ({
  conversationId: row.conversation_id,
  seq: row.seq,
  type: row.type,
  senderId: row.sender_id,
  ...(row.client_message_id === null ? {} : { clientMessageId: row.client_message_id }),
  ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
  ...(row.target_seq === null ? {} : { targetSeq: row.target_seq }),
  sentAt: row.sent_at,
  bodyHash: row.body_hash.toString("hex"),
  prevHash: row.prev_hash.toString("hex"),
  hash: row.hash.toString("hex"),
});

/**
 * A body as it rests. One of which somebody has made no object, behind our back, is none: `verify` tells of it, and those who
 * read many entries still read the others.
 */
export function bodyIn<T extends EntryType>(text: string): Body<T> | undefined {
  try {
    const body = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

/** @throws Error when the body is gone: what the log answers with must be whole. */
export function entryOf(row: EntryRow): Entry {
  if (row.body === null) throw new Error(`Entry ${row.seq} of ${row.conversation_id} has no body`);
  const { type, ...line } = lineOf(row);
  return { ...line, type, body: JSON.parse(row.body) };
}

export const appendedEntryOf = (row: EntryRow): AppendedEntry => ({
  entry: entryOf(row),
  ordinal: row.ordinal,
  ...(row.command_id === null ? {} : { commandId: row.command_id }),
});

import type { Knex } from "knex";
import Type from "typebox";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Message } from "../../../contract/conversation.ts";
import { refuse } from "../../../contract/errors.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { CursorSeq, Seq, Strict } from "../../../contract/scalars.ts";
import type { EntryRow } from "../tables.ts";
import { fold } from "./fold.ts";
import { entriesFor, type Range } from "./log.ts";
import { fill } from "./page.ts";

const decode = cursorDecoder(Strict({ before: Type.Optional(Seq), after: Type.Optional(CursorSeq) }));
const decodeReplies = cursorDecoder(Strict({ after: Seq }));

/** Bytes of a message in JSON besides what is in its body. */
const MESSAGE_BYTES = 300;
const size = (row: EntryRow): number => MESSAGE_BYTES + Buffer.byteLength(row.body ?? "");

/**
 * Messages, ascending within a page. With `after` pages go on to newer ones, otherwise from the newest (or `before`)
 * to older ones; a cursor holds the bounds of the page that it leads to.
 */
export async function history(
  knex: Knex,
  { conversationId, before, after, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.history">,
  callerId: string,
): Promise<Result<"persistence.history">> {
  const range: Range = cursor === undefined ? { before, after } : decode(cursor);
  const newer = range.after !== undefined;
  const { rows, more } = await fill<EntryRow>(
    limit,
    (last, count) =>
      entriesFor(knex, conversationId, callerId, {
        ...range,
        ...(last && (newer ? { after: last.seq } : { before: last.seq })),
        order: newer ? "asc" : "desc",
        count,
        messages: true,
      }),
    size,
  );
  const last = rows.at(-1);
  const next = newer ? { ...range, after: last?.seq } : { before: last?.seq };
  return {
    items: await folded(knex, conversationId, newer ? rows : rows.reverse()),
    next: more ? encodeCursor(next) : null,
  };
}

export async function message(
  knex: Knex,
  { conversationId, seq }: Params<"persistence.message">,
  callerId: string,
): Promise<Message> {
  const selection = { after: seq - 1, before: seq + 1, order: "asc", count: 1, messages: true } as const;
  const [found] = await folded(knex, conversationId, await entriesFor(knex, conversationId, callerId, selection));
  if (!found) throw refuse("not-found", "There is no such message");
  return found;
}

/** A thread's replies, oldest first, without its root. */
export async function replies(
  knex: Knex,
  { conversationId, seq, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.replies">,
  callerId: string,
): Promise<Result<"persistence.replies">> {
  const start = cursor === undefined ? seq : decodeReplies(cursor).after;
  if (cursor === undefined) await message(knex, { conversationId, seq }, callerId);
  const { rows, more } = await fill<EntryRow>(
    limit,
    (last, count) =>
      entriesFor(knex, conversationId, callerId, {
        after: last?.seq ?? start,
        order: "asc",
        count,
        replyTo: seq,
      }),
    size,
  );
  return {
    items: await folded(knex, conversationId, rows),
    next: more ? encodeCursor({ after: rows.at(-1)?.seq }) : null,
  };
}

/** The rows come from a guarded read; how many replies they have is told to no one else. */
async function folded(knex: Knex, conversationId: string, rows: EntryRow[]): Promise<Message[]> {
  if (rows.length === 0) return [];
  const counted: { reply_to: number; replies: number }[] = await knex("entries")
    .where("conversation_id", conversationId)
    .whereIn(
      "reply_to",
      rows.map(({ seq }) => seq),
    )
    .groupBy("reply_to")
    .select("reply_to", knex.raw("count(*) as replies"));
  const replies = new Map(counted.map((row) => [row.reply_to, row.replies]));
  return rows.map((row) => fold(row, replies.get(row.seq) ?? 0));
}

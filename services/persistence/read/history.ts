import type { Knex } from "knex";
import Type from "typebox";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Message } from "../../../contract/conversation.ts";
import { refuse } from "../../../contract/errors.ts";
import { PAGE_BYTES, PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { CursorSeq, Seq, Strict } from "../../../contract/scalars.ts";
import type { MessageRow } from "../tables.ts";
import { fold, type MarkRow } from "./fold.ts";
import { LogView } from "./log.ts";
import { fill } from "./page.ts";

const decode = cursorDecoder(Strict({ before: Type.Optional(Seq), after: Type.Optional(CursorSeq) }));
const decodeReplies = cursorDecoder(Strict({ after: Seq }));

/**
 * Messages, ascending within a page. With `after` pages go on to newer ones, otherwise from the newest (or `before`)
 * to older ones. A cursor holds the bounds of the page that it leads to.
 */
export async function history(
  knex: Knex,
  { conversationId, before, after, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.history">,
  callerId: string,
): Promise<Result<"persistence.history">> {
  const range = cursor === undefined ? { before, after } : decode(cursor);
  const view = new LogView(knex, conversationId, callerId);
  const end = range.before ?? Number.MAX_SAFE_INTEGER;
  const filled =
    range.after === undefined
      ? await fill(limit, end, (position, count) => view.older(position, count), size)
      : await fill(limit, range.after, (position, count) => view.newer(position, end, count), size);
  const { items, next } = await folded(knex, conversationId, filled, callerId);
  const following = range.after === undefined ? { before: next } : { ...range, after: next };
  return {
    items: range.after === undefined ? items.reverse() : items,
    next: next === null ? null : encodeCursor(following),
  };
}

export async function message(
  knex: Knex,
  { conversationId, seq }: Params<"persistence.message">,
  callerId: string,
): Promise<Message> {
  const row = await new LogView(knex, conversationId, callerId).message(seq);
  const { items } = await folded(knex, conversationId, { rows: row ? [row] : [], next: null }, callerId);
  const [found] = items;
  if (!found) throw refuse("not-found", "There is no such message");
  return found;
}

/** A thread's replies, oldest first, without its root. */
export async function replies(
  knex: Knex,
  { conversationId, seq, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.replies">,
  callerId: string,
): Promise<Result<"persistence.replies">> {
  const view = new LogView(knex, conversationId, callerId);
  const start = cursor === undefined ? seq : decodeReplies(cursor).after;
  if (cursor === undefined && !(await view.message(seq))) throw refuse("not-found", "There is no such message");
  const filled = await fill(limit, start, (position, count) => view.replies(seq, position, count), size);
  const { items, next } = await folded(knex, conversationId, filled, callerId);
  return { items, next: next === null ? null : encodeCursor({ after: next }) };
}

/** Bytes of a message in JSON besides what is in its body. */
const MESSAGE_BYTES = 300;
const size = ({ body, version }: MessageRow): number => MESSAGE_BYTES + Buffer.byteLength(version ?? body ?? "");

/** Bytes of a reaction in JSON beyond those that its body has too. */
const MARK_BYTES = 20;
const sizeOf = (marks: readonly MarkRow[]): number =>
  marks.reduce((sum, { body }) => sum + MARK_BYTES + Buffer.byteLength(body ?? ""), 0);

/**
 * The rows come from a guarded read; what marks them is told to no one else, and is counted where it lies. Where the marks
 * are too many for a page it ends before.
 */
async function folded(
  knex: Knex,
  conversationId: string,
  { rows, next }: { rows: readonly MessageRow[]; next: number | null },
  callerId: string,
): Promise<{ items: Message[]; next: number | null }> {
  if (rows.length === 0) return { items: [], next };
  const marks: MarkRow[] = await knex("entries")
    .where("conversation_id", conversationId)
    .whereIn(
      "target_seq",
      rows.map(({ seq }) => seq),
    )
    .andWhereRaw("overtaken_by is null and type in ('reaction', 'pin')")
    .groupBy("target_seq", "type", "body")
    .orderBy("target_seq")
    .orderByRaw("min(seq)")
    .select("type", "target_seq", "body", knex.raw("count(*) as count"))
    .select(knex.raw("sum(case when sender_id = ? then 1 else 0 end) as me", [callerId]));
  const byTarget = Map.groupBy(marks, ({ target_seq }) => target_seq);
  const items: Message[] = [];
  let bytes = 0;
  for (const row of rows) {
    const own = byTarget.get(row.seq) ?? [];
    bytes += size(row) + sizeOf(own);
    const last = items.at(-1);
    if (last && bytes > PAGE_BYTES) return { items, next: last.seq };
    items.push(fold(row, own));
  }
  return { items, next };
}

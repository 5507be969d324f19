import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { EntryType, WireEntry } from "../../../contract/entry.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { CursorSeq, Strict } from "../../../contract/scalars.ts";
import type { EntryRow } from "../tables.ts";
import { LogView } from "./log.ts";
import { fill } from "./page.ts";
import { bodyIn, lineOf } from "./rows.ts";

const decode = cursorDecoder(Strict({ after: CursorSeq }));

/** Bytes of an entry in JSON besides its body: ids, hashes, names of fields. */
const LINE_BYTES = 700;

/** What an entry takes in an answer. */
export const size = ({ body }: EntryRow): number => LINE_BYTES + Buffer.byteLength(body ?? "");

/** The raw log, ascending, as the stream tells it. */
export async function entries(
  knex: Knex,
  { conversationId, after = 0, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.read">,
  callerId: string,
): Promise<Result<"persistence.read">> {
  const view = new LogView(knex, conversationId, callerId);
  const start = cursor === undefined ? after : decode(cursor).after;
  const { rows, next } = await fill(limit, start, (position, count) => view.entries(position, count), size);
  return {
    items: rows.map(told),
    next: next === null ? null : encodeCursor({ after: next }),
  };
}

/** A text that a later version or a redaction overtook goes to nobody; its `bodyHash` still proves it. */
export function told(row: EntryRow): WireEntry {
  const { type, overtaken_by } = row;
  const withheld = overtaken_by !== null && (type === "message" || type === "edit");
  const body = row.body === null || withheld ? undefined : bodyIn<EntryType>(row.body);
  return body === undefined ? lineOf(row) : { ...lineOf(row), body };
}

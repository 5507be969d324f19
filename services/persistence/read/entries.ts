import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { WireEntry } from "../../../contract/entry.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { CursorSeq, Strict } from "../../../contract/scalars.ts";
import type { EntryRow } from "../tables.ts";
import { LogView } from "./log.ts";
import { fill } from "./page.ts";
import { lineOf } from "./rows.ts";

const decode = cursorDecoder(Strict({ after: CursorSeq }));

/** Bytes of an entry in JSON besides its body: ids, hashes, names of fields. */
const LINE_BYTES = 700;

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
    items: rows.map((row) => ({ ...lineOf(row), ...shownBody(row) })),
    next: next === null ? null : encodeCursor({ after: next }),
  };
}

/** A text that a later version or a redaction overtook goes to nobody; its `bodyHash` still proves it. */
function shownBody({ type, body, overtaken_by }: EntryRow): { body?: WireEntry["body"] } {
  const withheld = overtaken_by !== null && (type === "message" || type === "edit");
  return body === null || withheld ? {} : { body: JSON.parse(body) };
}

const size = ({ body }: EntryRow): number => LINE_BYTES + Buffer.byteLength(body ?? "");

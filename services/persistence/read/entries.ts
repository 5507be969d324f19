import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { CursorSeq, Strict } from "../../../contract/scalars.ts";
import type { EntryRow } from "../tables.ts";
import { entriesFor } from "./log.ts";
import { fill } from "./page.ts";
import { lineOf } from "./rows.ts";

const decode = cursorDecoder(Strict({ after: CursorSeq }));

/** Bytes of an entry in JSON besides its body: ids, hashes, names of fields. */
const LINE_BYTES = 700;

/** The raw log, ascending. This is the place where bodies that a later entry overtook are withheld. */
export async function entries(
  knex: Knex,
  { conversationId, after = 0, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.read">,
  callerId: string,
): Promise<Result<"persistence.read">> {
  const start = cursor === undefined ? after : decode(cursor).after;
  const { rows, more } = await fill<EntryRow>(
    limit,
    (last, count) => entriesFor(knex, conversationId, callerId, { after: last?.seq ?? start, order: "asc", count }),
    (row) => LINE_BYTES + Buffer.byteLength(row.body ?? ""),
  );
  const last = rows.at(-1);
  return {
    items: rows.map((row) => ({ ...lineOf(row), ...(row.body === null ? {} : { body: JSON.parse(row.body) }) })),
    next: more && last ? encodeCursor({ after: last.seq }) : null,
  };
}

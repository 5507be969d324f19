import { setImmediate } from "node:timers/promises";
import { encodeCursor } from "../../../contract/page-cursor.ts";
import type { Page } from "../../../contract/scalars.ts";

/** Rows looked through at once; the event loop is free between. */
const STRIDE = 200;
/** Reads after which a page ends, however little it found: what one request may cost is bounded. */
const STRIDES = 50;

/**
 * A page of the rows one of whose texts has `q` in it, case folded; it may end before its limit. Looked for here, not in
 * SQL: SQLite folds ASCII alone, and every database its own way.
 */
export async function matching<Row>(
  q: string,
  limit: number,
  after: string,
  stride: (after: string, count: number) => Promise<readonly Row[]>,
  row: { key(row: Row): string; texts(row: Row): readonly string[] },
): Promise<Page<Row>> {
  const wanted = q.toLowerCase();
  const count = q === "" ? limit + 1 : STRIDE;
  const items: Row[] = [];
  for (let position = after, strides = 1; ; strides += 1, await setImmediate()) {
    const read = await stride(position, count);
    for (const one of read) {
      if (!row.texts(one).some((text) => text.toLowerCase().includes(wanted))) continue;
      const last = items.at(-1);
      if (items.length === limit && last) return { items, next: encodeCursor(row.key(last)) };
      items.push(one);
    }
    const last = read.at(-1);
    if (read.length < count || !last) return { items, next: null };
    position = row.key(last);
    if (strides === STRIDES) return { items, next: encodeCursor(position) };
  }
}

import { setImmediate } from "node:timers/promises";
import { PAGE_BYTES } from "../../../contract/limits.ts";

/** Rows that are read at once: a page of long bodies ends before all of it is in memory, a default one is one read. */
const STRIDE = 64;
/** Reads after which a page ends, however little it found: what one request may cost is bounded. */
const STRIDES = 20;

/** Rows found behind a position, and where to go on: null where the list ends. */
export type Stride<Row> = { rows: readonly Row[]; next: number | null };

/**
 * Fills a page with up to `limit` rows and `PAGE_BYTES`; `next` is the position that the following page starts from. The
 * event loop is free between reads.
 * @param stride reads up to `count` rows behind `position`, in the page's order
 * @param bytes what a row takes in the answer
 */
export async function fill<Row extends { seq: number }>(
  limit: number,
  start: number,
  stride: (position: number, count: number) => Promise<Stride<Row>>,
  bytes: (row: Row) => number,
): Promise<{ rows: Row[]; next: number | null }> {
  const rows: Row[] = [];
  let size = 0;
  let position: number | null = start;
  for (let strides = 0; position !== null && strides < STRIDES; strides += 1) {
    if (strides > 0) await setImmediate();
    // One more than the page takes tells whether another follows.
    const read: Stride<Row> = await stride(position, Math.min(STRIDE, limit + 1 - rows.length));
    for (const row of read.rows) {
      size += bytes(row);
      const last = rows.at(-1);
      if (last && (rows.length === limit || size > PAGE_BYTES)) return { rows, next: last.seq };
      rows.push(row);
    }
    position = read.next;
  }
  return { rows, next: position };
}

import { PAGE_BYTES } from "../../../contract/limits.ts";

/** Rows that are read at once: a page of long bodies ends before all of it is in memory. */
const STRIDE = 50;

/**
 * Fills a page with at least one row where there is one, up to `limit` rows and `PAGE_BYTES`.
 * @param stride reads up to `count` rows behind `last` (undefined: from the page's start), in the page's order
 * @param bytes what a row takes in the answer
 */
export async function fill<Row>(
  limit: number,
  stride: (last: Row | undefined, count: number) => Promise<readonly Row[]>,
  bytes: (row: Row) => number,
): Promise<{ rows: Row[]; more: boolean }> {
  const rows: Row[] = [];
  let size = 0;
  for (;;) {
    // One more than the page takes tells whether another follows.
    const wanted = Math.min(STRIDE, limit + 1 - rows.length);
    const read = await stride(rows.at(-1), wanted);
    for (const row of read) {
      size += bytes(row);
      if (rows.length === limit || (rows.length > 0 && size > PAGE_BYTES)) return { rows, more: true };
      rows.push(row);
    }
    if (read.length < wanted) return { rows, more: false };
  }
}

import type { Position } from "../engine.ts";
import { placeOf, type Row } from "./documents.ts";

/**
 * Conversations that one search names: for members of more there are several. (Meilisearch 1.50 takes a time for a filter that
 * grows with the square of its length: 2 ms for 200 of them, 30 ms for 1,000.)
 */
const PIECE = 250;
/** Matches, at least, that each of several searches is asked for. */
const LEAST = 50;

/** Of some conversations the newest matches that are older than a place. */
export type Search = { places: readonly number[]; under: Position | undefined };
/** Makes several searches at once. @returns of each, in their order, its newest: fewer than `most` end it */
export type Ask = (searches: readonly Search[], most: number) => Promise<Row[][]>;

/** Several searches as one list, newest first. One is made again only when all that it has brought is gone. */
export class Newest {
  readonly #ask: Ask;
  readonly #parts: { places: readonly number[]; under: Position | undefined; rows: Row[]; isEnd: boolean }[];

  /** @param under the place that it begins below */
  constructor(conversationIds: readonly string[], under: Position | undefined, ask: Ask) {
    this.#ask = ask;
    const places = [...new Set(conversationIds.map(placeOf))];
    this.#parts = Array.from({ length: Math.ceil(places.length / PIECE) }, (_, index) => ({
      places: places.slice(index * PIECE, (index + 1) * PIECE),
      under,
      rows: [],
      isEnd: false,
    }));
  }

  /** What comes next, up to so many; fewer end the list. */
  async next(most: number): Promise<Row[]> {
    const next: Row[] = [];
    while (next.length < most) {
      await this.#fill(most - next.length);
      const row = this.#shift();
      if (!row) break;
      next.push(row);
    }
    return next;
  }

  /** Afterwards each part has something, or has come to its end. */
  async #fill(wanted: number): Promise<void> {
    const empty = this.#parts.filter(({ rows, isEnd }) => rows.length === 0 && !isEnd);
    if (empty.length === 0) return;
    const share = Math.max(LEAST, Math.ceil((2 * wanted) / this.#parts.length));
    const most = empty.length === 1 ? wanted : Math.min(wanted, share);
    const found = await this.#ask(empty, most);
    for (const [index, part] of empty.entries()) {
      part.rows = found[index] ?? [];
      part.isEnd = part.rows.length < most;
      const last = part.rows.at(-1);
      if (last) part.under = positionOf(last);
    }
  }

  #shift(): Row | undefined {
    let newest: Row[] = [];
    for (const { rows } of this.#parts) if (rows[0] && (!newest[0] || byAge(rows[0], newest[0]) < 0)) newest = rows;
    return newest.shift();
  }
}

export const positionOf = ({ at, seq, place }: Pick<Row, "at" | "seq" | "place">): Position => [at, seq, place];

const byAge = (a: Row, b: Row): number => order(positionOf(a), positionOf(b));

/** Newest first: the order of the settings' ranking rules. */
export function order(a: Position, b: Position): number {
  const index = a.findIndex((number, at) => number !== b[at]);
  return index < 0 ? 0 : (b[index] ?? 0) - (a[index] ?? 0);
}

import type { Hit, Lookup, Position } from "../engine.ts";
import { occurrences, RANKED, scores } from "../rank.ts";
import { placeOf, type Row } from "./documents.ts";

/** Matches that are asked for at once where some of them may not be any: of a phrase, only its words were asked for. */
const LOOK = 200;

/** Asks for the newest matches, at most so many, of what is older than a place. */
export type Newest = (lookup: Lookup, under: Position | undefined, most: number) => Promise<Row[]>;

export const find = (lookup: Lookup, newest: Newest, now: number): Promise<Hit[]> =>
  lookup.sort === "newest" ? byTime(lookup, newest) : byRelevance(lookup, newest, now);

async function byTime(lookup: Lookup, newest: Newest): Promise<Hit[]> {
  const rows = await matches(lookup, newest, lookup.after, lookup.limit);
  return rows.map((row) => hitOf(row, positionOf(row)));
}

/** All pages of a list are cut from the same matches, as old as they were on its first page. */
async function byRelevance(lookup: Lookup, newest: Newest, begun: number): Promise<Hit[]> {
  const { after = [begun], phrases, limit } = lookup;
  const [now = begun, at, seq, place, rank = Infinity, ...last] = after;
  const under = at === undefined || seq === undefined || place === undefined ? undefined : [at, seq, place];
  const rows = await matches(lookup, newest, under, RANKED);
  const [first] = rows;
  if (!first) return [];
  // The newest of the first page, itself included.
  const top = under ?? [first.at, first.seq, placeOf(first.conversation) + 1];
  const ranks = scores(rows, phrases, now);
  return rows
    .map((row, index) => ({ row, place: positionOf(row), rank: ranks[index] ?? 0 }))
    .filter((one) => one.rank < rank || (one.rank === rank && isOlder(one.place, last)))
    .sort((a, b) => b.rank - a.rank || order(a.place, b.place))
    .slice(0, limit)
    .map((one) => hitOf(one.row, [now, ...top, one.rank, ...one.place]));
}

/** Asks until there are so many, or no more; phrases are looked for in what comes. */
async function matches(lookup: Lookup, newest: Newest, start: Position | undefined, most: number): Promise<Row[]> {
  const { phrases } = lookup;
  const isPhrase = phrases.some(({ terms }) => terms.length > 1);
  const found: Row[] = [];
  for (let under = start; found.length < most; ) {
    const wanted = Math.min(RANKED, isPhrase ? Math.max(LOOK, most - found.length) : most - found.length);
    const rows = await newest(lookup, under, wanted);
    found.push(...rows.filter(({ terms }) => phrases.every((phrase) => occurrences(terms, phrase) > 0)));
    const last = rows.at(-1);
    if (!last || rows.length < wanted) break;
    under = positionOf(last);
  }
  return found.slice(0, most);
}

const positionOf = ({ at, seq, conversation }: Row): Position => [at, seq, placeOf(conversation)];

/** Newest first: the order of the settings' ranking rules. */
export const byAge = (a: Row, b: Row): number => order(positionOf(a), positionOf(b));

function order(a: Position, b: Position): number {
  const index = a.findIndex((number, at) => number !== b[at]);
  return index < 0 ? 0 : (b[index] ?? 0) - (a[index] ?? 0);
}
const isOlder = (place: Position, than: Position): boolean => order(than, place) < 0;

const hitOf = ({ conversation, seq, version }: Row, position: Position): Hit => ({
  conversationId: conversation,
  seq,
  version,
  position,
});

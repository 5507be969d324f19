import type { Hit, Lookup, Position } from "../engine.ts";
import { occurrences, RANKED, scores } from "../rank.ts";
import { placeOf, type Row } from "./documents.ts";

/** Matches that are looked into at first: how long they are says how many may be asked for next. */
const LOOK = 200;
/** Terms, of all matches together, that one look should bring, and past which relevance has enough to choose from. */
const TERMS = 500_000;

/** The newest matches, at most so many, of what is older than a place; with their terms where they are to be looked into. */
export type Asked = { lookup: Lookup; under: Position | undefined; most: number; withTerms: boolean };
export type Newest = (asked: Asked) => Promise<Row[]>;

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
  const ranks = scores(
    rows.map((row) => ({ at: row.at, terms: termsOf(row) })),
    phrases,
    now,
  );
  return rows
    .map((row, index) => ({ row, place: positionOf(row), rank: ranks[index] ?? 0 }))
    .filter((one) => one.rank < rank || (one.rank === rank && isOlder(one.place, last)))
    .sort((a, b) => b.rank - a.rank || order(a.place, b.place))
    .slice(0, limit)
    .map((one) => hitOf(one.row, [now, ...top, one.rank, ...one.place]));
}

/** Asks until there are so many, or no more; phrases are looked for in what comes, for only their words were asked for. */
async function matches(lookup: Lookup, newest: Newest, start: Position | undefined, most: number): Promise<Row[]> {
  const { phrases } = lookup;
  const isPhrase = phrases.some(({ terms }) => terms.length > 1);
  const isRanked = lookup.sort === "relevance";
  const found: Row[] = [];
  let [looked, terms] = [0, 0];
  for (let under = start; found.length < most && !(isRanked && terms > TERMS); ) {
    const room = !isPhrase && !isRanked ? most : Math.max(LOOK, Math.floor((looked / terms) * TERMS) || LOOK);
    const wanted = Math.min(RANKED, room, isPhrase ? RANKED : most - found.length);
    const rows = await newest({ lookup, under, most: wanted, withTerms: isPhrase || isRanked });
    found.push(...(isPhrase ? rows.filter((row) => phrases.every((phrase) => holds(row, phrase))) : rows));
    looked += rows.length;
    terms += rows.reduce((sum, row) => sum + termsOf(row).length, 0);
    const last = rows.at(-1);
    if (!last || rows.length < wanted) break;
    under = positionOf(last);
  }
  return found.slice(0, most);
}

const termsOf = ({ terms = [] }: Row): readonly string[] => terms;
const holds = (row: Row, phrase: Lookup["phrases"][number]): boolean => occurrences(termsOf(row), phrase) > 0;

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

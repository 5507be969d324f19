import type { Hit, Lookup, Position } from "../engine.ts";
import { occurrences, RANKED, scores } from "../rank.ts";
import { placeOf, type Row } from "./documents.ts";
import { type Ask, Newest, order, positionOf } from "./newest.ts";

/** Matches that are looked into at first: how long they are says how many may be asked for next. */
const LOOK = 200;
/** Terms, of all matches together, that one look should bring; past it relevance chooses from what it has, be it as many as that. */
const TERMS = 100_000;

/** Makes the searches of a lookup; with the matches' terms where they are to be looked into. */
export type AskFor = (lookup: Lookup, withTerms: boolean) => Ask;

export const find = (lookup: Lookup, askFor: AskFor, now: number): Promise<Hit[]> =>
  lookup.sort === "newest" ? byTime(lookup, askFor) : byRelevance(lookup, askFor, now);

async function byTime(lookup: Lookup, askFor: AskFor): Promise<Hit[]> {
  const rows = await matches(lookup, askFor, lookup.after, lookup.limit);
  return rows.map((row) => hitOf(row, positionOf(row)));
}

/** All pages of a list are cut from the same matches, as old as they were on its first page. */
async function byRelevance(lookup: Lookup, askFor: AskFor, begun: number): Promise<Hit[]> {
  const { after = [begun], phrases, limit } = lookup;
  const [now = begun, at, seq, place, rank = Infinity, ...last] = after;
  const under = at === undefined || seq === undefined || place === undefined ? undefined : [at, seq, place];
  const rows = await matches(lookup, askFor, under, RANKED);
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

/**
 * Asks until there are so many, or no more. What comes is looked into: for phrases, of which only the words were asked for, and
 * for the conversation, which was asked for by its place.
 */
async function matches(lookup: Lookup, askFor: AskFor, under: Position | undefined, most: number): Promise<Row[]> {
  const { phrases, conversationIds } = lookup;
  const isPhrase = phrases.some(({ terms }) => terms.length > 1);
  const isRanked = lookup.sort === "relevance";
  const within = new Set(conversationIds);
  const holds = (row: Row) => !isPhrase || phrases.every((phrase) => occurrences(termsOf(row), phrase) > 0);
  const newest = new Newest(conversationIds, under, askFor(lookup, isPhrase || isRanked));
  const found: Row[] = [];
  let [looked, terms, isEnd] = [0, 0, false];
  while (!isEnd && found.length < most && !(isRanked && terms > TERMS && found.length >= LOOK)) {
    const room = !isPhrase && !isRanked ? most : Math.max(LOOK, Math.floor((looked / terms) * TERMS) || LOOK);
    const wanted = Math.min(RANKED, room, isPhrase ? RANKED : most - found.length);
    const rows = await newest.next(wanted);
    found.push(...rows.filter((row) => within.has(row.conversation) && holds(row)));
    looked += rows.length;
    terms += rows.reduce((sum, row) => sum + termsOf(row).length, 0);
    isEnd = rows.length < wanted;
  }
  return found.slice(0, most);
}

const termsOf = ({ terms = [] }: Row): readonly string[] => terms;

const isOlder = (place: Position, than: Position): boolean => order(than, place) < 0;

const hitOf = ({ conversation, seq, version }: Row, position: Position): Hit => ({
  conversationId: conversation,
  seq,
  version,
  position,
});

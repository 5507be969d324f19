import { counterOf } from "../../text/occurrences.ts";
import type { Hit, Lookup, Position } from "../engine.ts";
import { RANKED, scores } from "../rank.ts";
import type { Row } from "./documents.ts";
import { type Ask, Newest, order, positionOf } from "./newest.ts";

/** Matches that are looked into at first: how long they are says how many may be asked for next. */
const LOOK = 200;
/** Terms, of all matches together, that one look should bring; past it `LOOK` matches are enough to choose among. */
const TERMS = 100_000;

/** What is kept of a match: not its terms, but how many there are, and how often each phrase stands among them. */
type Match = Omit<Row, "terms"> & { length: number; counts: readonly number[] };

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
  const { after = [begun], limit } = lookup;
  const [now = begun, at, seq, place, rank = Infinity, ...last] = after;
  const under = at === undefined || seq === undefined || place === undefined ? undefined : [at, seq, place];
  const rows = await matches(lookup, askFor, under, RANKED);
  const [first] = rows;
  if (!first) return [];
  // The newest of the first page, itself included.
  const top = under ?? [first.at, first.seq, first.place + 1];
  const ranks = scores(rows, now);
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
async function matches(lookup: Lookup, askFor: AskFor, under: Position | undefined, most: number): Promise<Match[]> {
  const { phrases, conversationIds } = lookup;
  const isPhrase = phrases.some(({ terms }) => terms.length > 1);
  const isRanked = lookup.sort === "relevance";
  const within = new Set(conversationIds);
  const countsOf = counterOf(phrases);
  const holds = ({ conversation, counts }: Match) =>
    within.has(conversation) && (!isPhrase || counts.every((count) => count > 0));
  const newest = new Newest(conversationIds, under, askFor(lookup, isPhrase || isRanked));
  const found: Match[] = [];
  let [looked, terms, isEnd] = [0, 0, false];
  while (!isEnd && found.length < most && !(isRanked && terms > TERMS && found.length >= LOOK)) {
    const room = !isPhrase && !isRanked ? most : Math.max(LOOK, Math.floor((looked / terms) * TERMS) || LOOK);
    const wanted = Math.min(RANKED, room, isPhrase ? RANKED : most - found.length);
    const rows = (await newest.next(wanted)).map(
      ({ terms = [], ...row }): Match => ({ ...row, length: terms.length, counts: countsOf(terms) }),
    );
    found.push(...rows.filter(holds));
    looked += rows.length;
    terms += rows.reduce((sum, { length }) => sum + length, 0);
    isEnd = rows.length < wanted;
  }
  return found.slice(0, most);
}

const isOlder = (place: Position, than: Position): boolean => order(than, place) < 0;

const hitOf = ({ conversation, seq, version }: Match, position: Position): Hit => ({
  conversationId: conversation,
  seq,
  version,
  position,
});

import { parseAddress } from "../../../contract/address.ts";
import { phraseOf } from "../text/terms.ts";
import type { Query } from "./ast.ts";
import { fault } from "./fault.ts";
import { lex, type Token } from "./lex.ts";

type Filter = Extract<Token, { type: "filter" }>;

/** Beginnings of words in one query: each stands for all words that begin so, which takes its time. */
const BEGINNINGS = 16;
/** Milliseconds. */
const DAY = 86_400_000;

/**
 * Parses the contract's language of queries.
 * @throws validation that points at the place
 */
export function parse(text: string): Query {
  const query: Query = { phrases: [], from: [], in: [], since: -Infinity, until: Infinity, link: false, thread: false };
  const tokens = lex(text);
  for (const token of tokens) {
    if (token.type === "filter") filters[nameOf(token)](query, token);
    else add(query, token);
    if (query.phrases.filter(({ prefix }) => prefix).length > BEGINNINGS)
      throw fault(token.at, `a query has at most ${BEGINNINGS} beginnings of words`);
  }
  if (query.phrases.length === 0 && !tokens.some(({ type }) => type === "filter"))
    throw fault(0, "there is nothing to search for: neither a letter nor a digit, nor a filter");
  return query;
}

/** What has neither letter nor digit asks for nothing: `rates & fx`. */
function add({ phrases }: Query, token: Exclude<Token, Filter>): void {
  const phrase = phraseOf(token.text, token.type === "word" && token.prefix);
  const known = phrases.some((one) => JSON.stringify(one) === JSON.stringify(phrase));
  if (phrase.terms.length > 0 && !known) phrases.push(phrase);
}

const filters = {
  from(query: Query, { at, value }: Filter): void {
    const address = parseAddress(value);
    if (address?.kind !== "principal") throw fault(at, "from: must be followed by @ and a handle");
    query.from.push(address.handle);
  },
  in(query: Query, { at, value }: Filter): void {
    const address = parseAddress(value);
    if (!address || address.kind === "topic")
      throw fault(at, "in: must be followed by #channel, @handle, group:name or a conversation's id");
    query.in.push(address);
  },
  before(query: Query, token: Filter): void {
    query.until = Math.min(query.until, dayOf(token));
  },
  after(query: Query, token: Filter): void {
    query.since = Math.max(query.since, dayOf(token) + DAY);
  },
  on(query: Query, token: Filter): void {
    query.since = Math.max(query.since, dayOf(token));
    query.until = Math.min(query.until, dayOf(token) + DAY);
  },
  has(query: Query, { at, value }: Filter): void {
    if (value !== "link") throw fault(at, "has: must be followed by link");
    query.link = true;
  },
  is(query: Query, { at, value }: Filter): void {
    if (value !== "thread") throw fault(at, "is: must be followed by thread");
    query.thread = true;
  },
};

function nameOf({ at, name }: Filter): keyof typeof filters {
  for (const known of ["from", "in", "before", "after", "on", "has", "is"] as const) if (known === name) return known;
  throw fault(at, `there is no operator "${name}:"; in quotes it is searched for`);
}

/** When a day begins, in UTC. */
function dayOf({ at, name, value }: Filter): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00.000Z`) : Number.NaN;
  // A day that its month doesn't have is no date, though some would take it for one of the next.
  const good = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  if (!good) throw fault(at, `${name}: must be followed by a day, YYYY-MM-DD`);
  return time;
}

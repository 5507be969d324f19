import type { Database, Statement } from "better-sqlite3";
import type { LogCursor } from "../../../../contract/actions/readers.ts";
import { counterOf } from "../../text/occurrences.ts";
import type { Hit, Lookup } from "../engine.ts";
import { RANKED, scores } from "../rank.ts";
import { conversationTag, idAt, idOf, LINK, senderTag, THREAD, timeOf } from "./ids.ts";
import { matchOf } from "./match.ts";

/** Conversations that are looked for by their tags; of more, all matches are gone through, newest first. */
const TAGGED = 1000;

type Row = { id: number; conversationId: string; seq: number; version: number; terms: string };
/** One after the other: a thousand long ones at once would be hundreds of MB. */
type Rows = Iterable<Row>;

/** A lookup as it comes from the other thread: what JSON can't say is null. */
export type Asked = Omit<Lookup, "since" | "until"> & {
  since: number | null;
  until: number | null;
  /** Milliseconds since 1970. */
  now: number;
};

export function prepareCursors(db: Database): () => LogCursor[] {
  const all = db.prepare<[], LogCursor>(
    "select n.id as conversationId, c.seq from cursors c join names n on n.number = c.conversation",
  );
  return () => all.all();
}

export function prepareFind(db: Database): (lookup: Asked) => Hit[] {
  const numberOf = db.prepare<[string], number>("select number from names where id = ?").pluck();
  const prepare = preparing(db);

  /** Matches with an id below `under`, newest first. */
  const newest = (lookup: Asked, under: number, most: number): Rows => {
    const { phrases, senderId, conversationIds, link, thread } = lookup;
    const isTagged = conversationIds.length <= TAGGED;
    const conversations = isTagged ? conversationIds.flatMap((id) => numberOf.get(id) ?? []) : [];
    const sender = senderId === undefined ? undefined : numberOf.get(senderId);
    // Nothing is indexed yet of whom or where it is looked for.
    if ((isTagged && conversations.length === 0) || (senderId !== undefined && sender === undefined)) return [];
    const match = matchOf(phrases, [
      ...(isTagged ? [conversations.map(conversationTag)] : []),
      ...(sender === undefined ? [] : [[senderTag(sender)]]),
      ...(link ? [[LINK]] : []),
      ...(thread ? [[THREAD]] : []),
    ]);
    const since = idAt(lookup.since ?? -Infinity);
    const until = Math.min(idOf(under), idAt(lookup.until ?? Infinity));
    const rows = prepare(match !== undefined, !isTagged);
    return rows.iterate(
      ...(match === undefined ? [] : [match]),
      BigInt(since),
      BigInt(until),
      ...(isTagged ? [] : [JSON.stringify(conversationIds)]),
      most,
    );
  };

  return (lookup) => (lookup.sort === "newest" ? byTime(lookup, newest) : byRelevance(lookup, newest));
}

type Newest = (lookup: Asked, under: number, most: number) => Rows;

function byTime(lookup: Asked, newest: Newest): Hit[] {
  const [under = Number.MAX_SAFE_INTEGER] = lookup.after ?? [];
  return Array.from(newest(lookup, under, lookup.limit), (row) => hitOf(row, [row.id]));
}

/** All pages of a list are cut from the same matches, as old as they were on its first page. */
function byRelevance(lookup: Asked, newest: Newest): Hit[] {
  const [now = lookup.now, under = Number.MAX_SAFE_INTEGER, score = Infinity, id = Infinity] = lookup.after ?? [];
  const countsOf = counterOf(lookup.phrases);
  const candidates = Array.from(newest(lookup, under, RANKED), ({ terms: text, ...row }) => {
    const terms = text.split(" ");
    return { row, at: timeOf(row.id), length: terms.length, counts: countsOf(terms) };
  });
  const first = candidates[0]?.row;
  if (!first) return [];
  const top = lookup.after ? under : first.id + 1;
  const ranks = scores(candidates, now);
  return candidates
    .map(({ row }, index) => ({ row, rank: ranks[index] ?? 0 }))
    .filter(({ row, rank }) => rank < score || (rank === score && row.id < id))
    .sort((a, b) => b.rank - a.rank || b.row.id - a.row.id)
    .slice(0, lookup.limit)
    .map(({ row, rank }) => hitOf(row, [now, top, rank, row.id]));
}

const hitOf = ({ conversationId, seq, version }: Omit<Row, "terms">, position: Hit["position"]): Hit => ({
  conversationId,
  seq,
  version,
  position,
});

/** Prepares each statement when it is first needed. The words come first: each of their matches is one look at a message. */
function preparing(db: Database): (matched: boolean, filtered: boolean) => Statement<unknown[], Row> {
  const prepared = new Map<string, Statement<unknown[], Row>>();
  return (matched, filtered) => {
    const text = `select m.id, n.id as "conversationId", m.seq, m.version, m.terms
       from ${matched ? "words cross join messages m on m.id = words.rowid" : "messages m"}
       cross join names n on n.number = m.conversation
       where ${matched ? "words match ? and words.rowid >= ? and words.rowid < ?" : "m.id >= ? and m.id < ?"}
       ${filtered ? "and n.id in (select value from json_each(?))" : ""}
       order by ${matched ? "words.rowid" : "m.id"} desc limit ?`;
    const statement = prepared.get(text) ?? db.prepare<unknown[], Row>(text);
    prepared.set(text, statement);
    return statement;
  };
}

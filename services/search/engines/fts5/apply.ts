import type { Database } from "better-sqlite3";
import type { MessageKey } from "../../../../contract/actions/readers.ts";
import { termsOf } from "../../text/terms.ts";
import { type Changes, type Document, hasLink } from "../engine.ts";
import { conversationTag, idAt, LINK, senderTag, THREAD, timeOf } from "./ids.ts";

type Row = { id: number; terms: string; tags: string };

/** Prepares the statements of a change; what is returned makes one, in one transaction. */
export function prepareApply(db: Database): (changes: Changes) => void {
  const numberOf = prepareNumbers(db);
  const moveCursor = db.prepare("insert or replace into cursors (conversation, seq) values (?, ?)");
  const find = db.prepare<[number, number], Row>(
    "select id, terms, tags from messages where conversation = ? and seq = ?",
  );
  const last = db
    .prepare<[bigint, bigint], number | null>("select max(id) from messages where id >= ? and id < ?")
    .pluck();
  const taken = db.prepare<[bigint], number>("select 1 from messages where id = ?").pluck();
  const insert = db.prepare(
    "insert into messages (id, conversation, seq, version, terms, tags) values (?, ?, ?, ?, ?, ?)",
  );
  const index = db.prepare("insert into words (rowid, terms, tags) values (?, ?, ?)");
  const unindex = db.prepare("insert into words (words, rowid, terms, tags) values ('delete', ?, ?, ?)");
  const forget = db.prepare("delete from messages where id = ?");

  const remove = ({ conversationId, seq }: MessageKey): Row | undefined => {
    const row = find.get(numberOf(conversationId), seq);
    if (!row) return undefined;
    // The words are told what they have held: they keep no copy.
    unindex.run(BigInt(row.id), row.terms, row.tags);
    forget.run(BigInt(row.id));
    return row;
  };
  const freeAt = (at: number): number => {
    const first = idAt(at);
    let free = Math.max(first, (last.get(BigInt(first), BigInt(idAt(at + 1))) ?? first - 1) + 1);
    while (taken.get(BigInt(free)) !== undefined) free += 1;
    return free;
  };
  const put = (document: Document): void => {
    const { conversationId, seq, senderId, sentAt, version, text, thread } = document;
    const before = remove(document);
    const at = Date.parse(sentAt);
    const id = before && timeOf(before.id) === at ? before.id : freeAt(at);
    const terms = Array.from(termsOf(text), ({ term }) => term).join(" ");
    const conversation = numberOf(conversationId);
    const tags = [
      conversationTag(conversation),
      senderTag(numberOf(senderId)),
      ...(hasLink(text) ? [LINK] : []),
      ...(thread ? [THREAD] : []),
    ].join(" ");
    insert.run(BigInt(id), conversation, seq, version, terms, tags);
    index.run(BigInt(id), terms, tags);
  };

  const apply = db.transaction((changes: Changes) => {
    for (const key of changes.remove) remove(key);
    // Words are gathered in memory while their ids ascend.
    for (const document of changes.put.toSorted((a, b) => (a.sentAt < b.sentAt ? -1 : 1))) put(document);
    for (const { conversationId, seq } of changes.cursors) moveCursor.run(numberOf(conversationId), seq);
  });
  return apply.immediate;
}

/** Numbers that stand for ids, given as they are needed. */
function prepareNumbers(db: Database): (id: string) => number {
  const find = db.prepare<[string], number>("select number from names where id = ?").pluck();
  const add = db.prepare<[string], number>("insert into names (id) values (?) returning number").pluck();
  return (id) => {
    const number = find.get(id) ?? add.get(id);
    if (number === undefined) throw new Error(`no number for ${id}`);
    return number;
  };
}

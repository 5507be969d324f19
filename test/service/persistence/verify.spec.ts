import { expect } from "chai";
import { canonical, GENESIS, sha256 } from "../../../contract/chain.ts";
import { directKey, type Verdict } from "../../../contract/conversation.ts";
import { typeOf } from "../../../contract/errors.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { tamper, type Value } from "./tamper.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = "", cy = ""] = people(3);
/** Entries of the log that is tampered with: more than are read at once. */
const ENTRIES = 130;
const PLACE = 66;

/** create, ana's join, bo's join as a reader, his role, then messages. */
async function written(store: Store): Promise<Log> {
  const log = new Log();
  const head = [
    log.create(ana, { name: "fx", purpose: "p" }),
    log.join(ana, bo, "reader"),
    log.role(ana, bo, "member"),
  ];
  const texts = Array.from({ length: ENTRIES - 4 }, (_, index) => ({
    senderId: index % 2 === 0 ? ana : bo,
    text: `text ${index}`,
    ...(index % 5 === 4 ? { replyTo: 5, mentions: [ana] } : {}),
  }));
  await stored(store, [...head, log.messages(texts)]);
  return log;
}

type Tampering = {
  what: string;
  sql: string;
  values?: Value[];
  finds: Omit<Extract<Verdict, { ok: false }>, "ok">;
  /** What only a database without strict types can hold. */
  untyped?: boolean;
};

const where = `where seq = ${PLACE}`;
const entry = (
  what: string,
  set: string,
  reason: "body-hash" | "hash" | "prev-hash",
  ...values: Value[]
): Tampering => ({
  what: `an entry's ${what}`,
  sql: `update entries set ${set} ${where}`,
  values,
  finds: { seq: PLACE, reason },
});
const untyped = (tampering: Tampering): Tampering => ({ ...tampering, untyped: true });
const conversation = (what: string, set: string): Tampering => ({
  what: `the conversation's ${what}`,
  sql: `update conversations set ${set}`,
  finds: { seq: ENTRIES, reason: "head" },
});
const members = (what: string, sql: string, ...values: Value[]): Tampering => ({
  what,
  sql,
  values,
  finds: { seq: ENTRIES, reason: "members" },
});

const columns = `conversation_id, seq, type, sender_id, client_message_id, command_id, reply_to, target_seq, body, body_hash,
  sent_at, prev_hash, hash, ordinal`;
const copyTo = (seq: number | string): string =>
  `insert into entries (${columns}) select ${columns.replace("seq,", `${seq},`).replace("client_message_id", "'copied'")}
   from entries ${where}`;

const tamperings: Tampering[] = [
  entry("type", "type = 'edit'", "hash"),
  entry("sender", "sender_id = ?", "hash", cy),
  entry("client message id", "client_message_id = 'other'", "hash"),
  entry("client message id, taken away", "client_message_id = null", "hash"),
  entry("thread", "reply_to = 6", "hash"),
  entry("target", "target_seq = 6", "hash"),
  entry("time", "sent_at = '2026-01-02T03:04:05.007Z'", "hash"),
  untyped(entry("time, no text", "sent_at = 9e999", "hash")),
  entry("text", "body = replace(body, 'text', 'test')", "body-hash"),
  entry("text by a space that means nothing in JSON", "body = body || ' '", "body-hash"),
  entry("text, taken away", "body = null", "body-hash"),
  untyped(entry("text, as bytes", "body = cast(body as blob)", "body-hash")),
  entry("body hash", "body_hash = zeroblob(32)", "body-hash"),
  entry("predecessor", "prev_hash = zeroblob(32)", "hash"),
  entry("hash", "hash = zeroblob(32)", "hash"),
  untyped(entry("hash, as text", "hash = lower(hex(hash))", "hash")),
  untyped(entry("hash, no hash", "hash = 5", "hash")),
  entry("ordinal", "ordinal = ordinal + 1", "hash"),
  entry(
    "text together with its hash",
    "body = ?, body_hash = ?",
    "hash",
    canonical({ text: "another", salt: "AAAAAAAAAAAAAAAAAAAAAA" }),
    Buffer.from(sha256(canonical({ text: "another", salt: "AAAAAAAAAAAAAAAAAAAAAA" })), "hex"),
  ),
  { what: "an entry that is gone", sql: `delete from entries ${where}`, finds: { seq: PLACE, reason: "missing" } },
  { what: "the first entry, gone", sql: "delete from entries where seq = 1", finds: { seq: 1, reason: "missing" } },
  {
    what: "the last entry, gone",
    sql: `delete from entries where seq = ${ENTRIES}`,
    finds: { seq: ENTRIES, reason: "missing" },
  },
  { what: "all entries, gone", sql: "delete from entries", finds: { seq: 1, reason: "missing" } },
  { what: "an entry moved", sql: `update entries set seq = 1000 ${where}`, finds: { seq: PLACE, reason: "missing" } },
  { what: "an entry before the first", sql: copyTo(0), finds: { seq: 0, reason: "prev-hash" } },
  { what: "an entry far before the first", sql: copyTo(-7), finds: { seq: 0, reason: "prev-hash" } },
  { what: "an entry after the last", sql: copyTo(ENTRIES + 1), finds: { seq: ENTRIES + 1, reason: "beyond-head" } },
  { what: "an entry far after the last", sql: copyTo(9e9), finds: { seq: 9e9, reason: "beyond-head" } },
  untyped({ what: "an entry at no number", sql: copyTo("'x'"), finds: { seq: 0, reason: "beyond-head" } }),
  untyped({ what: "an entry between two", sql: copyTo(`${PLACE}.5`), finds: { seq: PLACE + 1, reason: "missing" } }),
  {
    what: "the head set back",
    sql: `update conversations set head_seq = ${PLACE}, head_hash = (select hash from entries ${where})`,
    finds: { seq: PLACE + 1, reason: "beyond-head" },
  },
  {
    what: "the head set on",
    sql: "update conversations set head_seq = 999",
    finds: { seq: ENTRIES + 1, reason: "missing" },
  },
  conversation("head's hash", "head_hash = zeroblob(32)"),
  conversation("count of messages", "head_ordinal = head_ordinal - 1"),
  conversation("time", "head_at = '2026-01-02T03:04:05.007Z'"),
  conversation("kind", "kind = 'broadcast'"),
  conversation("privacy", "private = '1'"),
  conversation("name", "name = 'gx'"),
  conversation("purpose", "purpose = ''"),
  conversation("creator", "creator_id = 'another'"),
  conversation("pair", "\"key\" = 'a:b'"),
  members(
    "a member more",
    `insert into members values ((select id from conversations), ?, 'reader', 3, 3, 0, 0, 0)`,
    cy,
  ),
  members("a member less", "delete from members where principal_id = ?", bo),
  members("a member's role", "update members set role = 'owner' where principal_id = ?", bo),
  members("a member's join", "update members set joined_seq = 2 where principal_id = ?", bo),
  members("the number of members", "update conversations set member_count = 3"),
];

/** Marks of all kinds: 4 is edited twice, 5 redacted, 6 has reactions and pins, 7 a reply, 8 a reply redacted. */
async function marked(store: Store): Promise<Log> {
  const log = new Log();
  await stored(store, [
    log.create(ana),
    log.join(bo),
    log.messages([{ senderId: ana }, { senderId: bo }, { senderId: ana }, { senderId: bo, replyTo: 6 }]),
    log.message(ana, { replyTo: 6 }),
    log.edit(ana, 4, "second"),
    log.edit(ana, 4, "third"),
    log.redact(bo, 5),
    log.react(ana, 6, "👍"),
    log.react(bo, 6, "👍"),
    log.react(ana, 6, "👍", false),
    log.pin(ana, 6),
    log.pin(ana, 6, false),
    log.redact(ana, 8),
    log.edit(bo, 7, "a reply"),
  ]);
  return log;
}

const mark = (what: string, set: string, at: number, found = at): Tampering => ({
  what,
  sql: `update entries set ${set} where seq = ${at}`,
  finds: { seq: found, reason: "hash" },
});

/** What an append marks on earlier entries decides what is shown of them. */
const markings: Tampering[] = [
  mark("a message hidden as if it were redacted", "overtaken_by = 16", 6),
  mark("a message hidden by what is no entry", "overtaken_by = 99", 6),
  mark("a redacted message shown again", "overtaken_by = null", 5),
  mark("an edited message shown as it was", "overtaken_by = null", 4),
  mark("a version before the last shown again", "overtaken_by = null", 9),
  mark("the last version hidden", "overtaken_by = 10", 10),
  mark("the last version hidden by the one before", "overtaken_by = 9", 10),
  mark("a reaction that was taken off shown again", "overtaken_by = null", 12),
  mark("a reaction hidden by another's", "overtaken_by = 12", 13),
  mark("a reaction hidden by what takes another's off", "overtaken_by = 14", 13),
  mark("an entry that takes off a reaction shown as one", "overtaken_by = null", 14),
  mark("a pin shown again", "overtaken_by = null", 15),
  mark("a join hidden", "overtaken_by = 16", 3),
  mark("replies that are none", "replies = 2", 6),
  mark("replies of what is no message", "replies = 1", 2),
  mark("a command's id", "command_id = 'another'", 3),
  mark("a command's id, taken away", "command_id = null", 3),
  mark("a command's id, given", "command_id = 'one'", 6),
];

describeStore("G6 tampering shows: verify", (withStore, _withDatabase, kind) => {
  it("finds a sound log sound, from its first entry to its head", () =>
    withStore(async (store) => {
      const log = await written(store);
      const anchors = [5, PLACE, ENTRIES].map((seq) => ({ seq, hash: log.hashes.get(seq) ?? "" }));
      const verdict = await verify(store.reader, { conversationId: log.id, anchors }, ana);
      expect(verdict).to.deep.equal({ ok: true, entries: ENTRIES, head: log.head });
    }));

  it("finds a log of edits, redactions, reactions and pins sound", () =>
    withStore(async (store) => {
      const log = await marked(store);
      const verdict = await verify(store.reader, { conversationId: log.id }, ana);
      expect(verdict).to.deep.equal({ ok: true, entries: log.head.seq, head: log.head });
    }));

  const cases = [
    ...tamperings.map((one) => ({ ...one, log: written })),
    ...markings.map((one) => ({ ...one, log: marked })),
  ];
  for (const { what, sql, values = [], finds, log: write } of cases.filter(
    ({ untyped }) => !untyped || kind === "sqlite",
  )) {
    it(`finds ${what}: ${finds.reason}`, () =>
      withStore(async (store, config) => {
        const log = await write(store);
        await tamper(config, sql, ...values);
        const verdict = await verify(store.reader, { conversationId: log.id }, ana);
        expect(verdict).to.deep.equal({ ok: false, ...finds });
      }));
  }

  it("finds an entry that was rewritten with its hash at the one after it: prev-hash", () =>
    withStore(async (store, config) => {
      const log = await written(store);
      const again = new Log(log.id);
      Object.assign(again, { head: { seq: PLACE - 1, hash: log.hashes.get(PLACE - 1) } });
      const [forged] = again.message(bo, { text: "forged", clientMessageId: "forged" }).entries;
      const bytes = (hash = "") => Buffer.from(hash, "hex");
      await tamper(
        config,
        `update entries set sender_id = ?, client_message_id = 'forged', reply_to = null, body = ?, body_hash = ?, hash = ? ${where}`,
        bo,
        canonical(forged?.entry.body),
        bytes(forged?.entry.bodyHash),
        bytes(forged?.entry.hash),
      );
      const verdict = await verify(store.reader, { conversationId: log.id }, ana);
      expect(verdict).to.deep.equal({ ok: false, seq: PLACE + 1, reason: "prev-hash" });
    }));

  it("finds a log that was rewritten to its end by an anchor kept elsewhere, also where the log is shorter now", () =>
    withStore(async (store) => {
      const log = await written(store);
      const anchored = (seq: number, hash: string) =>
        verify(store.reader, { conversationId: log.id, anchors: [{ seq, hash }] }, ana);
      expect(await anchored(PLACE, GENESIS)).to.deep.equal({ ok: false, seq: PLACE, reason: "anchor" });
      expect(await anchored(ENTRIES + 5, GENESIS)).to.deep.equal({ ok: false, seq: ENTRIES + 5, reason: "anchor" });
    }));

  it("finds a direct conversation sound, with another and with oneself", () =>
    withStore(async (store) => {
      const [two, one] = [new Log(), new Log()];
      const settings = { kind: "direct", private: true } as const;
      await stored(store, [
        { ...two.create(bo, settings), claim: { directKey: directKey(ana, bo) } },
        two.join(bo, ana),
        { ...one.create(ana, settings), claim: { directKey: directKey(ana, ana) } },
      ]);
      for (const log of [two, one]) {
        expect(await verify(store.reader, { conversationId: log.id }, ana)).to.include({ ok: true });
      }
    }));

  it("raises no false alarm while the log grows and people come and go", () =>
    withStore(async (store) => {
      const log = await written(store);
      let growing = true;
      const grow = (async () => {
        for (let on = true; growing; on = !on) {
          await stored(store, [log.join(cy), log.message(ana, { replyTo: 5 }), log.leave(cy)]);
          await stored(store, [
            log.edit(ana, 5, "again"),
            log.react(ana, 5, "👍", on),
            log.redact(ana, log.head.seq - 3),
          ]);
        }
      })();
      const verdicts: Verdict[] = [];
      while (verdicts.length < 40) verdicts.push(await verify(store.reader, { conversationId: log.id }, ana));
      growing = false;
      await grow;
      expect(verdicts.filter(({ ok }) => !ok)).to.deep.equal([]);
      expect(log.head.seq).to.be.greaterThan(ENTRIES);
    }));

  it("G5 answers members only", () =>
    withStore(async (store) => {
      const log = await written(store);
      const asked = (conversationId: string) => verify(store.reader, { conversationId }, cy).catch(typeOf);
      expect(await asked(log.id)).to.equal("not-a-member");
      expect(await asked(cy)).to.equal("not-found");
    }));
});

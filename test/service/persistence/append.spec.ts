import { expect } from "chai";
import { v7 as uuid } from "uuid";
import { type AppendedEntry, remember } from "../../../contract/append.ts";
import { GENESIS } from "../../../contract/chain.ts";
import { directKey } from "../../../contract/conversation.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = "", cy = ""] = people(3);

/** An entry as whoever meets it is told. */
const remembered = (one?: AppendedEntry) => one && remember(one.entry);

const seqs = async (store: Store, { id }: Log): Promise<number[]> =>
  store.reader("entries").where("conversation_id", id).orderBy("seq").pluck("seq");

/** A log with a message of ana's, stored. */
async function begun(store: Store): Promise<Log> {
  const log = new Log();
  await stored(store, [log.create(ana), log.message(ana, { clientMessageId: "first" })]);
  return log;
}

describeStore("an append", (withStore) => {
  it("G2 whose head is not the log's end is stale, and writes nothing", () =>
    withStore(async (store) => {
      const log = await begun(store);
      const head = log.head;
      const message = log.message(ana);
      const [entry] = message.entries;
      for (const wrong of [
        { seq: head.seq - 1, hash: head.hash },
        { seq: head.seq, hash: GENESIS },
        { seq: head.seq + 1, hash: head.hash },
        { seq: 0, hash: GENESIS },
      ]) {
        expect(await store.append({ ...message, head: wrong })).to.deep.equal({ outcome: "stale" });
      }
      expect(await seqs(store, log)).to.deep.equal([1, 2, 3]);
      expect(await store.append(message)).to.deep.equal({ outcome: "appended" });
      expect(await store.append(message)).to.deep.equal({ outcome: "stale" });
      expect(await seqs(store, log)).to.deep.equal([1, 2, 3, entry?.entry.seq]);
    }));

  it("G3 whose message is stored already gets the stored entry, and writes nothing", () =>
    withStore(async (store) => {
      const log = new Log();
      const first = log.message;
      await stored(store, [log.create(ana), log.join(bo)]);
      const original = first.call(log, ana, { clientMessageId: "x", text: "the first", data: { b: 1, a: [2] } });
      await stored(store, [original]);
      const [entry] = original.entries;
      const again = new Log(log.id);
      Object.assign(again, { head: log.head, ordinal: log.ordinal });
      const repeat = again.messages([
        { senderId: ana, clientMessageId: "x", text: "another text" },
        { senderId: bo, clientMessageId: "x" },
      ]);
      expect(await store.append(repeat)).to.deep.equal({
        outcome: "met",
        met: [{ key: { senderId: ana, clientMessageId: "x" }, entry: remembered(entry) }],
      });
      expect(await seqs(store, log)).to.deep.equal([1, 2, 3, 4]);
      // The same id of another sender is another message.
      await stored(store, [log.message(bo, { clientMessageId: "x" })]);
    }));

  it("G3 whose command was done already gets its first entry, also when the command now writes nothing", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.join(bo)]);
      const left = log.leave(bo);
      await stored(store, [left]);
      expect(await store.append(log.confirm(left.keys))).to.deep.equal({
        outcome: "met",
        met: [{ key: left.keys[0], entry: remembered(left.entries[0]) }],
      });
    }));

  it("of no entries confirms the head and looks its keys up", () =>
    withStore(async (store) => {
      const log = await begun(store);
      expect(await store.append(log.confirm([{ commandId: "new" }]))).to.deep.equal({ outcome: "appended" });
      const behind = { ...log.confirm(), head: { seq: 2, hash: GENESIS } };
      expect(await store.append(behind)).to.deep.equal({ outcome: "stale" });
      expect(await seqs(store, log)).to.deep.equal([1, 2, 3]);
    }));

  it("that is stale says so even when it would meet a key: a stale owner does not know who is still allowed", () =>
    withStore(async (store) => {
      const log = await begun(store);
      const confirm = log.confirm([{ senderId: ana, clientMessageId: "first" }]);
      expect(await store.append({ ...confirm, head: { seq: 2, hash: GENESIS } })).to.deep.equal({ outcome: "stale" });
    }));

  it("keys compare by their bytes", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.message(ana, { clientMessageId: "Key" })]);
      await stored(store, [log.message(ana, { clientMessageId: "key" }), log.message(ana, { clientMessageId: "KEY" })]);
    }));

  it("that creates a pair's second conversation is told the first", () =>
    withStore(async (store) => {
      const pair = { claim: { directKey: directKey(ana, bo) } };
      const [first, second] = [new Log(), new Log()];
      const settings = { kind: "direct", private: true } as const;
      const creates = [first, second].map((log) => ({ ...log.create(ana, settings), ...pair }));
      const outcomes = await Promise.all(creates.map((create) => store.append(create)));
      expect(outcomes).to.deep.equal([{ outcome: "appended" }, { outcome: "taken", conversationId: first.id }]);
      expect(await seqs(store, second)).to.deep.equal([]);
    }));

  it("that creates a second conversation of a public name is told only that it is taken", () =>
    withStore(async (store) => {
      const [one, two, hidden] = [new Log(), new Log(), new Log()];
      const creates = [one.create(ana, { name: "fx" }), two.create(bo, { name: "fx" })];
      const outcomes = await Promise.all(creates.map((create) => store.append(create)));
      expect(outcomes).to.deep.equal([{ outcome: "appended" }, { outcome: "taken", conversationId: null }]);
      const closed = hidden.create(bo, { name: "fx", private: true });
      expect(await store.append(closed)).to.deep.equal({ outcome: "taken", conversationId: null });
    }));

  it("G5 a private name is taken for those who are in it, and for nobody else", () =>
    withStore(async (store) => {
      const hidden = new Log();
      await stored(store, [hidden.create(ana, { name: "fx", private: true }), hidden.join(ana, bo)]);
      expect(await store.append(new Log().create(bo, { name: "fx" }))).to.deep.equal({
        outcome: "taken",
        conversationId: null,
      });
      await stored(store, [new Log().create(cy, { name: "fx" })]);
    }));

  it("a room's name is only shown: it is never taken", () =>
    withStore(async (store) => {
      const room = { ...new Log().create(ana, { kind: "room", private: true, name: "fx" }), claim: undefined };
      await stored(store, [room, new Log().create(ana, { name: "fx" })]);
    }));

  it("that creates an id which is there is stale", () =>
    withStore(async (store) => {
      const log = await begun(store);
      expect(await store.append(new Log(log.id).create(bo))).to.deep.equal({ outcome: "stale" });
    }));

  it("that loses leaves its neighbours in the commit unharmed", () =>
    withStore(async (store) => {
      const logs = Array.from({ length: 6 }, () => new Log());
      const [stale, met, sound, gap, taken, other] = logs;
      if (!stale || !met || !sound || !gap || !taken || !other) throw new Error("six logs");
      await stored(
        store,
        [stale, met, sound, gap].map((log) => log.create(ana)),
      );
      await stored(store, [met.message(ana, { clientMessageId: "x" }), new Log().create(cy, { name: "held" })]);
      gap.message(ana);
      const outcomes = await Promise.allSettled(
        [
          { ...stale.message(ana), head: { seq: 1, hash: GENESIS } },
          met.message(ana, { clientMessageId: "x" }),
          sound.message(ana, { text: "kept" }),
          // A router with a fault: an entry that does not follow its head. It must not get in, nor take others along.
          { ...gap.message(ana), head: { seq: 2, hash: gap.head.hash } },
          taken.create(ana, { name: "held" }),
          other.create(ana),
        ].map((append) => store.append(append)),
      );
      const kinds = outcomes.map((one) => (one.status === "fulfilled" ? one.value.outcome : one.status));
      expect(kinds).to.deep.equal(["stale", "met", "appended", "stale", "taken", "appended"]);
      expect(await seqs(store, sound)).to.deep.equal([1, 2, 3]);
      expect(await seqs(store, other)).to.deep.equal([1, 2]);
    }));

  it("whose entries leave a gap is a fault, and its neighbours are stored", () =>
    withStore(async (store) => {
      const [gap, sound] = [new Log(), new Log()];
      await stored(store, [gap.create(ana), sound.create(ana)]);
      const head = gap.head;
      gap.message(ana);
      const outcomes = await Promise.allSettled([
        store.append({ ...gap.message(ana), head }),
        store.append(sound.message(ana)),
      ]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
      expect(await seqs(store, gap)).to.deep.equal([1, 2]);
      expect(await seqs(store, sound)).to.deep.equal([1, 2, 3]);
    }));

  it("applies what its entries mean, in their order", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [
        log.create(ana, { name: "fx", purpose: "what for" }),
        log.join(ana, bo, "reader"),
        log.message(ana, { mentions: [bo, bo, cy] }),
        log.join(cy),
        log.role(ana, bo, "owner"),
        log.leave(cy),
      ]);
      const row = await store.reader("conversations").where("id", log.id).first();
      expect(row).to.include({ kind: "channel", name: "fx", purpose: "what for", creator_id: ana, member_count: 2 });
      expect(row).to.include({ head_seq: log.head.seq, head_ordinal: 1 });
      expect([row.private, row.archived, row.importing].map(Boolean)).to.deep.equal([false, false, false]);
      expect(row.head_hash.toString("hex")).to.equal(log.head.hash);
      const members = await store.reader("members").select("principal_id", "role", "joined_seq", "mentioned");
      expect(members).to.have.deep.members([
        { principal_id: ana, role: "owner", joined_seq: 2, mentioned: 0 },
        { principal_id: bo, role: "owner", joined_seq: 3, mentioned: 1 },
      ]);
      expect(await store.reader("mentions").pluck("principal_id")).to.have.members([bo, cy]);
    }));

  it("of an import closes the conversation to others until its last one", () =>
    withStore(async (store) => {
      const log = new Log(uuid());
      const importing = async () =>
        Boolean((await store.reader("conversations").where("id", log.id).first("importing")).importing);
      await stored(store, [{ ...log.create(ana), importing: true }]);
      expect(await importing()).to.equal(true);
      await stored(store, [log.message(ana)]);
      expect(await importing()).to.equal(true);
      await stored(store, [{ ...log.confirm(), importing: false }]);
      expect(await importing()).to.equal(false);
    }));

  it("G2 a storm of appends on few logs by several who all believe they own them makes one chain each", () =>
    withStore(async (store) => {
      const logs = Array.from({ length: 4 }, () => new Log());
      await stored(
        store,
        logs.map((log) => log.create(ana)),
      );
      const heads = new Map(logs.map((log) => [log.id, { head: log.head, ordinal: 0 }]));
      let appended = 0;
      const owner = async (name: number) => {
        for (let round = 0; round < 40; round += 1) {
          const id = logs[(round + name) % logs.length]?.id ?? "";
          const mine = Object.assign(new Log(id), heads.get(id));
          const message = mine.message(ana, { clientMessageId: `${name}-${round}` });
          const { outcome } = await store.append(message);
          if (outcome !== "appended") continue;
          appended += 1;
          heads.set(id, { head: mine.head, ordinal: mine.ordinal });
        }
      };
      await Promise.all([0, 1, 2, 3, 4].map(owner));
      expect(appended).to.be.greaterThan(40);
      for (const log of logs) {
        const found = await seqs(store, log);
        expect(found).to.deep.equal(found.map((_, index) => index + 1));
        expect(found.at(-1)).to.equal(heads.get(log.id)?.head.seq);
      }
    }));
});

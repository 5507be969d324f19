import { expect } from "chai";
import type { MessageKey } from "../../../contract/actions/readers.ts";
import { current, mine } from "../../../services/persistence/read/current.ts";
import { follow, logs } from "../../../services/persistence/read/follow.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { tamper } from "./tamper.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = ""] = people(2);
const LONG = "x".repeat(16_000);

/** `count` conversations of ana's, each with a message at seq 3. */
async function conversations(store: Store, count: number): Promise<Log[]> {
  const made = Array.from({ length: count }, () => new Log());
  for (const log of made) await stored(store, [log.create(ana), log.message(ana)]);
  return made.sort((a, b) => (a.id < b.id ? -1 : 1));
}

describeStore("what follows all logs reads", (withStore) => {
  it("all but the bodies of which somebody has made none: who follows is not held up by them", () =>
    withStore(async (store, config) => {
      const [log] = await conversations(store, 1);
      if (!log) throw new Error("one was made");
      await stored(store, [log.message(ana), log.message(ana), log.edit(ana, 3, "again")]);
      for (const [seq, body] of ['"a secret"', "a secret", "null"].entries())
        await tamper(config, `update entries set body = ? where seq = ${seq + 3}`, body);
      const cursors = [{ conversationId: log.id, seq: 2 }];
      const bodies = (await follow(store.reader, cursors)).map(({ seq, body }) => [seq, body !== undefined]);
      expect(bodies).to.deep.equal([
        [3, false],
        [4, false],
        [5, false],
        [6, true],
      ]);
      await tamper(config, "update entries set body = '{\"text\": 7}' where seq = 4");
      const keys = [3, 4, 5].map((seq) => ({ conversationId: log.id, seq }));
      const { messages } = await current(store.reader, keys);
      expect(messages.map((one) => [one.seq, "text" in one]).sort()).to.deep.equal([
        [3, true],
        [4, false],
        [5, false],
      ]);
    }));

  it("every conversation with its last seq, by id, in pages", () =>
    withStore(async (store) => {
      const made = await conversations(store, 3);
      const all = made.map(({ id, head }) => ({ conversationId: id, seq: head.seq }));
      expect(await logs(store.reader, {})).to.deep.equal({ logs: all, next: null });
      expect((await logs(store.reader, { after: made[0]?.id })).logs).to.deep.equal(all.slice(1));
    }));

  it("entries after its cursors, of one log after the other, without the bodies that were overtaken", () =>
    withStore(async (store) => {
      const [one, other] = await conversations(store, 2);
      if (!one || !other) throw new Error("two were made");
      await stored(store, [one.edit(ana, 3, "again"), one.redact(ana, 3), other.edit(ana, 3, "changed")]);
      const cursors = [one, other].map(({ id }) => ({ conversationId: id, seq: 2 }));
      const entries = await follow(store.reader, cursors);
      expect(entries.map(({ conversationId, seq, body }) => [conversationId === one.id, seq, body])).to.deep.equal([
        [true, 3, undefined],
        [true, 4, undefined],
        [true, 5, {}],
        [false, 3, undefined],
        [false, 4, { text: "changed", salt: "A".repeat(22) }],
      ]);
    }));

  it("pages that end below their size, and all of a log in some of them", () =>
    withStore(async (store) => {
      const [one, other] = await conversations(store, 2);
      if (!one || !other) throw new Error("two were made");
      for (let i = 0; i < 4; i++)
        await stored(store, [one.messages(Array.from({ length: 20 }, () => ({ senderId: ana, text: LONG })))]);
      const seen: number[] = [];
      for (let pages = 0; seen.length < one.head.seq; pages++) {
        expect(pages, "pages").to.be.lessThan(5);
        const page = await follow(store.reader, [
          { conversationId: one.id, seq: seen.at(-1) ?? 0 },
          { conversationId: other.id, seq: 0 },
        ]);
        expect(JSON.stringify(page).length).to.be.lessThan(550_000);
        seen.push(...page.filter(({ conversationId }) => conversationId === one.id).map(({ seq }) => seq));
      }
      expect(seen).to.deep.equal(Array.from({ length: one.head.seq }, (_, i) => i + 1));
    }));
});

describeStore("messages as they are now", (withStore) => {
  const world = async (store: Store) => {
    const [log] = await conversations(store, 1);
    if (!log) throw new Error("one was made");
    await stored(store, [log.message(ana, { replyTo: 3 }), log.message(ana), log.edit(ana, 4, "changed")]);
    await stored(store, [log.redact(ana, 5), log.edit(ana, 4, "changed again")]);
    const keys: MessageKey[] = [1, 3, 4, 5, 99].map((seq) => ({ conversationId: log.id, seq }));
    return { log, keys };
  };

  it("have the last version's text and its seq, or say that they are redacted; what is no message is left out", () =>
    withStore(async (store) => {
      const { keys } = await world(store);
      const { messages, left } = await current(store.reader, keys);
      expect(left).to.deep.equal([]);
      const brief = messages.map((one) => [one.seq, one.replies, "text" in one ? [one.version, one.text] : "redacted"]);
      expect(brief.sort()).to.deep.equal([
        [3, 1, [3, "hello"]],
        [4, 0, [8, "changed again"]],
        [5, 0, "redacted"],
      ]);
    }));

  it("G5 are read only by who is a member now", () =>
    withStore(async (store) => {
      const { log, keys } = await world(store);
      expect((await mine(store.reader, keys, ana)).messages).to.have.length(3);
      expect(await mine(store.reader, keys, bo)).to.deep.equal({ messages: [], left: [] });
      await stored(store, [log.join(ana, bo)]);
      expect((await mine(store.reader, keys, bo)).messages).to.have.length(3);
      await stored(store, [log.leave(bo)]);
      expect(await mine(store.reader, keys, bo)).to.deep.equal({ messages: [], left: [] });
    }));

  it("come in pages of a bounded size, which say what they left out", () =>
    withStore(async (store) => {
      const [log] = await conversations(store, 1);
      if (!log) throw new Error("one was made");
      await stored(store, [log.messages(Array.from({ length: 100 }, () => ({ senderId: ana, text: LONG })))]);
      const all = Array.from({ length: 100 }, (_, i) => ({ conversationId: log.id, seq: i + 4 }));
      const seen: number[] = [];
      for (let keys: MessageKey[] = all; keys.length > 0; ) {
        const { messages, left } = await mine(store.reader, keys, ana);
        expect(JSON.stringify(messages).length).to.be.lessThan(550_000);
        expect(messages).not.to.deep.equal([]);
        seen.push(...messages.map(({ seq }) => seq));
        keys = left;
      }
      expect(seen.sort((a, b) => a - b)).to.deep.equal(all.map(({ seq }) => seq));
    }));
});

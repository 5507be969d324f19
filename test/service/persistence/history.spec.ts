import { expect } from "chai";
import type { Params } from "../../../contract/actions.ts";
import type { Append } from "../../../contract/append.ts";
import { typeOf } from "../../../contract/errors.ts";
import { PAGE_BYTES } from "../../../contract/limits.ts";
import { entries } from "../../../services/persistence/read/entries.ts";
import { history, message, replies } from "../../../services/persistence/read/history.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { stored } from "./with-store.ts";

const [ana = "", ...joining] = people(151);

type Bounds = Omit<Params<"persistence.history">, "conversationId" | "cursor">;

/** Messages with 150 joins among them; their seqs. */
async function mixed(store: Store): Promise<{ log: Log; messages: number[] }> {
  const log = new Log();
  await stored(store, [log.create(ana)]);
  const messages: number[] = [];
  for (const [index, newcomer] of joining.entries()) {
    await stored(store, [log.join(newcomer)]);
    if (index % 30 !== 0) continue;
    await stored(store, [log.messages(Array.from({ length: 43 }, () => ({ senderId: ana })))]);
    messages.push(...Array.from({ length: 43 }, (_, back) => log.head.seq - 42 + back));
  }
  return { log, messages };
}

/** All pages of a history in the order in which they are led to. */
async function pagesOf(store: Store, log: Log, bounds: Bounds): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await history(store.reader, { conversationId: log.id, ...bounds, cursor }, ana);
    pages.push(page.items.map(({ seq }) => seq));
    if (page.next === null) return pages;
    cursor = page.next;
  }
}

/** One append of several that follow each other. */
const together = ([first = new Log().confirm(), ...rest]: Append[]): Append => ({
  ...first,
  entries: [first, ...rest].flatMap(({ entries }) => entries),
  keys: [first, ...rest].flatMap(({ keys }) => keys),
});

describeStore("history", (withStore) => {
  it("goes back from the newest page to the first message, or on from one, at every limit", () =>
    withStore(async (store) => {
      const { log, messages } = await mixed(store);
      for (let limit = 1; limit <= 200; limit += limit < 70 ? 7 : 31) {
        const older = await pagesOf(store, log, { limit });
        expect(older.toReversed().flat(), `back, ${limit}`).to.deep.equal(messages);
        expect(older.every(({ length }) => length <= limit)).to.equal(true);
        const newer = await pagesOf(store, log, { limit, after: 0 });
        expect(newer.flat(), `on, ${limit}`).to.deep.equal(messages);
        expect(newer[0], "a page is full where it can be").to.have.length(Math.min(limit, messages.length));
        expect(older[0]).to.have.length(Math.min(limit, messages.length));
      }
    }));

  it("stays within its bounds, which are exclusive", () =>
    withStore(async (store) => {
      const { log, messages } = await mixed(store);
      const [low = 0, high = 0] = [messages[20], messages[150]];
      const between = (after: number, before: number) => messages.filter((seq) => seq > after && seq < before);
      for (const limit of [1, 50, 129, 130, 200]) {
        const before = await pagesOf(store, log, { limit, before: high });
        expect(before.toReversed().flat()).to.deep.equal(between(0, high));
        expect((await pagesOf(store, log, { limit, after: low })).flat()).to.deep.equal(between(low, Infinity));
        const both = await pagesOf(store, log, { limit, after: low, before: high });
        expect(both.flat()).to.deep.equal(between(low, high));
      }
      expect(await pagesOf(store, log, { before: 1 })).to.deep.equal([[]]);
      expect(await pagesOf(store, log, { after: log.head.seq })).to.deep.equal([[]]);
      expect((await pagesOf(store, log, { before: Number.MAX_SAFE_INTEGER, limit: 200 }))[0]?.at(-1)).to.equal(
        messages.at(-1),
      );
      expect(await pagesOf(store, log, { after: high, before: low })).to.deep.equal([[]]);
    }));

  it("of a log with thousands of other entries between its messages finds them all", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.message(ana)]);
      const first = log.head.seq;
      for (let round = 0; round < 13; round += 1) {
        const pairs = Array.from({ length: 100 }, () => [log.join(ana, joining[0]), log.leave(ana, joining[0])]);
        await stored(store, [together(pairs.flat())]);
      }
      await stored(store, [log.message(ana)]);
      const found = [first, log.head.seq];
      expect((await pagesOf(store, log, {})).toReversed().flat()).to.deep.equal(found);
      expect((await pagesOf(store, log, { after: 0 })).flat()).to.deep.equal(found);
    }));

  it("shows a message as it was sent, with the number of its replies", () =>
    withStore(async (store) => {
      const log = new Log();
      const data = { amount: 1.5, nested: { b: null, a: ["é"] } };
      await stored(store, [log.create(ana), log.message(ana, { text: "Grüße 👋", data, mentions: [ana] })]);
      const root = log.head.seq;
      await stored(store, [log.message(ana, { replyTo: root }), log.message(ana, { replyTo: root, text: "2" })]);
      const shown = {
        seq: root,
        senderId: ana,
        text: "Grüße 👋",
        data,
        mentions: [ana],
        sentAt: "2026-01-02T03:04:05.006Z",
        replies: 2,
        reactions: [],
      };
      const { items } = await history(store.reader, { conversationId: log.id }, ana);
      expect(items[0]).to.deep.equal(shown);
      expect(await message(store.reader, { conversationId: log.id, seq: root }, ana)).to.deep.equal(shown);
      expect(items[2]).to.deep.include({ replyTo: root, replies: 0, text: "2" });
    }));

  it("has a page of its own for a thread, oldest first; what is no message has none", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.message(ana)]);
      const root = log.head.seq;
      const answers: number[] = [];
      for (let index = 0; index < 70; index += 1) {
        await stored(store, [log.message(ana), log.message(ana, { replyTo: root })]);
        answers.push(log.head.seq);
      }
      const found: number[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await replies(store.reader, { conversationId: log.id, seq: root, limit: 23, cursor }, ana);
        found.push(...page.items.map(({ seq }) => seq));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(found).to.deep.equal(answers);
      for (const seq of [1, 2, log.head.seq + 1]) {
        const asked = { conversationId: log.id, seq };
        expect(await message(store.reader, asked, ana).catch(typeOf)).to.equal("not-found");
        expect(await replies(store.reader, asked, ana).catch(typeOf)).to.equal("not-found");
      }
    }));

  it("and raw log end a page by its bytes, before its limit", () =>
    withStore(async (store) => {
      const log = new Log();
      const text = "\u0001".repeat(16_000);
      await stored(store, [log.create(ana)]);
      for (let count = 0; count < 12; count += 1) await stored(store, [log.message(ana, { text })]);
      const page = await history(store.reader, { conversationId: log.id, limit: 200 }, ana);
      expect(page.items.length).to.be.within(2, 11);
      expect(JSON.stringify(page).length).to.be.at.most(PAGE_BYTES + 1000);
      expect((await pagesOf(store, log, { limit: 200 })).flat()).to.have.length(12);
      const raw = await entries(store.reader, { conversationId: log.id, limit: 200 }, ana);
      expect(JSON.stringify(raw).length).to.be.at.most(PAGE_BYTES + 1000);
      expect(raw.next).to.be.a("string");
    }));

  it("G8 ends a page by the reactions that it would show, too", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.messages(Array.from({ length: 4 }, () => ({ senderId: ana })))]);
      const messages = [3, 4, 5, 6];
      for (const seq of messages) {
        const emojis = Array.from({ length: 1200 }, (_, n) => `${"😀".repeat(28)}${n}`);
        await stored(store, [together(emojis.map((emoji) => log.react(ana, seq, emoji)))]);
      }
      const page = await history(store.reader, { conversationId: log.id }, ana);
      expect(page.items.map(({ seq }) => seq)).to.deep.equal([4, 5, 6].slice(-page.items.length));
      expect(Buffer.byteLength(JSON.stringify(page))).to.be.within(PAGE_BYTES / 2, PAGE_BYTES + 1000);
      expect((await pagesOf(store, log, {})).toReversed().flat()).to.deep.equal(messages);
      expect((await pagesOf(store, log, { after: 0 })).flat()).to.deep.equal(messages);
    }));

  it("refuses a cursor that is none of its own", () =>
    withStore(async (store) => {
      const { log } = await mixed(store);
      for (const cursor of ["x", "e30x", Buffer.from('{"after":"1"}').toString("base64url"), "bnVsbA"]) {
        const asked = history(store.reader, { conversationId: log.id, cursor }, ana);
        expect(await asked.catch(typeOf)).to.equal("validation");
      }
    }));
});

describeStore("the raw log", (withStore) => {
  it("G2 is read whole and in order at every limit, as it was written", () =>
    withStore(async (store) => {
      const { log } = await mixed(store);
      for (const limit of [1, 63, 64, 65, 200]) {
        const found = [];
        for (let cursor: string | undefined; ; ) {
          const page = await entries(store.reader, { conversationId: log.id, limit, cursor }, ana);
          found.push(...page.items);
          expect(page.items.length).to.be.at.most(limit);
          if (page.next === null) break;
          cursor = page.next;
        }
        expect(found.map(({ seq }) => seq)).to.deep.equal(found.map((_, index) => index + 1));
        expect(found.map(({ hash }) => hash)).to.deep.equal([...log.hashes.values()]);
        expect(found.every(({ body }) => body !== undefined)).to.equal(true);
      }
      const behind = await entries(store.reader, { conversationId: log.id, after: log.head.seq }, ana);
      expect(behind).to.deep.equal({ items: [], next: null });
    }));
});

import { expect } from "chai";
import type { Changes, Document, Engine, Hit, Lookup } from "../../services/search/engines/engine.ts";
import { parse } from "../../services/search/query/parse.ts";

const idOf = (end: string) => `01900000-0000-7000-8000-0000000000${end}`;
const [here, there, elsewhere] = [idOf("c1"), idOf("c2"), idOf("c3")];
const [ana, bob] = [idOf("a1"), idOf("b1")];

const DAY = 86_400_000;
const START = Date.parse("2026-03-01T12:00:00.000Z");

/** A message of ana's, one second after the one before. */
const message = (seq: number, text: string, more: Partial<Document> = {}): Document => ({
  conversationId: here,
  seq,
  senderId: ana,
  sentAt: new Date(START + seq * 1000).toISOString(),
  version: seq,
  text,
  thread: false,
  ...more,
});
const changes = (put: Document[], more: Partial<Changes> = {}): Changes => ({ put, remove: [], cursors: [], ...more });

const lookup = (q: string, more: Partial<Lookup> = {}): Lookup => {
  const { phrases, since, until, link, thread } = parse(q);
  return { phrases, since, until, link, thread, conversationIds: [here, there], sort: "newest", limit: 10, ...more };
};
const found = (hits: readonly Hit[]) => hits.map(({ conversationId, seq }) => (conversationId === here ? seq : -seq));
const find = async (engine: Engine, q: string, more: Partial<Lookup> = {}) => found(await engine.find(lookup(q, more)));

/** What every engine does. @param withEngine gives an open one without an index */
export function searchEngineContract(
  name: string,
  withEngine: (use: (engine: Engine) => Promise<void>) => Promise<void>,
) {
  const test = (promise: string, use: (engine: Engine) => Promise<void>) => it(promise, () => withEngine(use));

  describe(`search engine: ${name}`, () => {
    test("keeps cursors with what they stand for", async (engine) => {
      expect(await engine.index.cursors()).to.deep.equal([]);
      await engine.index.apply(changes([message(3, "x")], { cursors: [{ conversationId: here, seq: 3 }] }));
      await engine.index.apply(changes([], { cursors: [{ conversationId: there, seq: 9 }] }));
      const cursors = [
        { conversationId: here, seq: 3 },
        { conversationId: there, seq: 9 },
      ];
      expect(await engine.index.cursors()).to.have.deep.members(cursors);
      await engine.index.apply(changes([], { cursors: [{ conversationId: there, seq: 2 }] }));
      expect(await engine.index.cursors(), "also back").to.deep.include({ conversationId: there, seq: 2 });
    });

    test("finds all words, phrases, beginnings, and pairs of what is written without spaces", async (engine) => {
      await engine.index.apply(
        changes([
          message(1, "The quick brown Fox"),
          message(2, "quick, brown: the fox!"),
          message(3, "Überraschung EUR/USD 東京都タワー ภาษาไทย 서울에서"),
        ]),
      );
      const expected: Record<string, number[]> = {
        quick: [2, 1],
        "brown QUICK": [2, 1],
        '"quick brown"': [2, 1],
        '"the quick"': [1],
        fo: [],
        "fo*": [2, 1],
        '"brown the"': [2],
        uberraschung: [3],
        "eur/usd": [3],
        "usd eur": [3],
        '"usd eur"': [],
        東京: [3],
        京都タ: [3],
        東都: [],
        京: [3],
        ー: [3],
        ไทย: [3],
        서울: [3],
        "東京 usd": [3],
        "and or not near": [],
      };
      for (const [q, seqs] of Object.entries(expected)) expect(await find(engine, q), q).to.deep.equal(seqs);
    });

    test("finds where it is told to look, by sender, time, link and thread, with and without words", async (engine) => {
      const other = { conversationId: there, senderId: bob };
      await engine.index.apply(
        changes([
          message(1, "word one"),
          message(2, "word http://a.example", { senderId: bob }),
          message(3, "word three", { thread: true, sentAt: new Date(START + DAY).toISOString() }),
          message(4, "word four", other),
          message(5, "word elsewhere", { conversationId: elsewhere }),
        ]),
      );
      for (const words of ["word ", ""]) {
        const q = (filter: string) => `${words}${filter}`;
        expect(await find(engine, q("before:9999-01-01"))).to.deep.equal([3, -4, 2, 1]);
        expect(await find(engine, q("after:0001-01-01"), { conversationIds: [there] })).to.deep.equal([-4]);
        expect(await find(engine, q("after:2020-01-01"), { senderId: bob })).to.deep.equal([-4, 2]);
        expect(await find(engine, q("on:2026-03-01"))).to.deep.equal([-4, 2, 1]);
        expect(await find(engine, q("after:2026-03-01"))).to.deep.equal([3]);
        expect(await find(engine, q("before:2026-03-02"), { senderId: ana })).to.deep.equal([1]);
        expect(await find(engine, q("has:link"))).to.deep.equal([2]);
        expect(await find(engine, q("is:thread"))).to.deep.equal([3]);
        expect(await find(engine, q("is:thread has:link"))).to.deep.equal([]);
        expect(await find(engine, q("before:9999-01-01"), { conversationIds: [] })).to.deep.equal([]);
        expect(await find(engine, q("before:9999-01-01"), { senderId: elsewhere })).to.deep.equal([]);
      }
    });

    test("looks in thousands of conversations as in few", async (engine) => {
      const id = (number: number) => `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;
      const many = Array.from({ length: 6000 }, (_, index) => id(index));
      await engine.index.apply(
        changes(many.slice(0, 300).map((conversationId, seq) => message(seq + 1, "needle", { conversationId }))),
      );
      const conversationIds = many.slice(100);
      for (const sort of ["newest", "relevance"] as const)
        for (const q of ["needle", "before:9999-01-01"]) {
          const hits = await engine.find(lookup(q, { conversationIds, sort, limit: 1000 }));
          expect(hits.map((hit) => hit.conversationId).sort(), q).to.deep.equal(conversationIds.slice(0, 200));
        }
    });

    test("has a message once, as it was put last, and no more when it is removed", async (engine) => {
      await engine.index.apply(changes([message(1, "first"), message(2, "first")]));
      await engine.index.apply(changes([message(1, "second", { version: 3 })]));
      await engine.index.apply(changes([message(1, "second", { version: 3 })]));
      expect(await find(engine, "first")).to.deep.equal([2]);
      const hits = await engine.find(lookup("second"));
      expect(hits.map(({ seq, version }) => [seq, version])).to.deep.equal([[1, 3]]);
      await engine.index.apply(changes([], { remove: [{ conversationId: here, seq: 1 }] }));
      await engine.index.apply(changes([], { remove: [{ conversationId: here, seq: 1 }] }));
      expect(await find(engine, "second")).to.deep.equal([]);
      await engine.index.apply(changes([message(2, "thread now", { thread: true })]));
      expect(await find(engine, "is:thread")).to.deep.equal([2]);
      const moved = message(2, "another log", { sentAt: new Date(START + DAY).toISOString() });
      await engine.index.apply(changes([moved, message(3, "before it")]));
      expect(await find(engine, "it")).to.deep.equal([3]);
      expect(await find(engine, "after:2026-03-01")).to.deep.equal([2]);
    });

    test("has what stands many times above what stands once, and the younger of equal ones first", async (engine) => {
      const old = { sentAt: new Date(START - 365 * DAY).toISOString() };
      await engine.index.apply(
        changes([
          message(1, "needle and hay"),
          message(2, `needle ${"hay ".repeat(50)}`),
          message(3, "needle needle needle"),
          message(4, "needle and hay"),
          message(5, "needle needle needle", old),
        ]),
      );
      const ranked = await find(engine, "needle", { sort: "relevance" });
      expect(ranked[0]).to.equal(3);
      expect(ranked.indexOf(4)).to.be.lessThan(ranked.indexOf(1));
      expect(ranked.indexOf(3)).to.be.lessThan(ranked.indexOf(5));
      expect(ranked.indexOf(1)).to.be.lessThan(ranked.indexOf(2));
    });

    for (const sort of ["newest", "relevance"] as const) {
      test(`${sort}: pages go on where they ended, also of one millisecond and while more comes`, async (engine) => {
        const at = { sentAt: new Date(START).toISOString() };
        const all = Array.from({ length: 25 }, (_, index) =>
          message(index + 1, `needle ${"hay ".repeat(index % 7)}`, at),
        );
        await engine.index.apply(changes(all));
        const seen: number[] = [];
        for (let after: Hit["position"] | undefined, pages = 0; ; pages++) {
          const hits = await engine.find(lookup("needle", { sort, limit: 4, after }));
          seen.push(...found(hits));
          expect(hits.every(({ position }) => position.length === engine.positions[sort])).to.equal(true);
          if (hits.length < 4) break;
          after = hits.at(-1)?.position;
          await engine.index.apply(changes([message(100 + pages, "needle")]));
        }
        expect(seen.sort((a, b) => a - b)).to.deep.equal(all.map(({ seq }) => seq));
      });
    }

    test("takes a query of as many words, phrases and beginnings as one may have, and long texts", async (engine) => {
      const words = Array.from({ length: 16_000 / 8 }, (_, index) => `w${String(index).padStart(6, "0")}`);
      await engine.index.apply(
        changes([message(1, words.join(" ")), message(2, "x".repeat(16_000)), message(3, "東".repeat(16_000))]),
      );
      expect(await find(engine, "w000000 w001999")).to.deep.equal([1]);
      expect(await find(engine, "x".repeat(512))).to.deep.equal([2]);
      expect(await find(engine, "東".repeat(512))).to.deep.equal([3]);
      const letters = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
      const many = letters.flatMap((a) => letters.map((b) => `${a}${b}*`)).slice(0, 16);
      expect(await find(engine, many.join(" "))).to.deep.equal([]);
      expect(await find(engine, letters.map((a) => `"${a} b"`).join(" "))).to.deep.equal([]);
    });

    test("is built anew beside itself, answers meanwhile, and answers from the new one then", async (engine) => {
      const old = engine.index;
      await old.apply(changes([message(1, "old")], { cursors: [{ conversationId: here, seq: 1 }] }));
      const rebuild = await engine.rebuild();
      expect(await rebuild.cursors()).to.deep.equal([]);
      await rebuild.apply(changes([message(1, "new")], { cursors: [{ conversationId: here, seq: 4 }] }));
      expect([await find(engine, "old"), await find(engine, "new")]).to.deep.equal([[1], []]);
      const second: unknown = await engine.rebuild().catch((error) => error);
      expect(second).to.have.property("type", "conflict");
      const [, during] = await Promise.all([rebuild.adopt(), find(engine, "before:9999-01-01")]);
      expect(during).to.deep.equal([1]);
      expect([await find(engine, "old"), await find(engine, "new")]).to.deep.equal([[], [1]]);
      expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq: 4 }]);
      const late: unknown = await old.apply(changes([message(2, "late")])).catch((error) => error);
      expect(late).to.have.property("type", "unavailable");
    });

    test("leaves everything as it is when a rebuild is abandoned, and another may follow", async (engine) => {
      await engine.index.apply(changes([message(1, "old")]));
      const rebuild = await engine.rebuild();
      await rebuild.apply(changes([message(1, "new")]));
      await rebuild.abandon();
      expect(await find(engine, "old")).to.deep.equal([1]);
      const again = await engine.rebuild();
      expect(await again.cursors()).to.deep.equal([]);
      await again.abandon();
    });
  });
}

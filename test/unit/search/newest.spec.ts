import { expect } from "chai";
import fc from "fast-check";
import { placeOf, type Row } from "../../../services/search/engines/meilisearch/documents.ts";
import { type Ask, Newest, order, positionOf } from "../../../services/search/engines/meilisearch/newest.ts";

const id = (number: number) => `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
const conversations = Array.from({ length: 1000 }, (_, index) => id(index));
const sorted = (rows: Row[]) => rows.toSorted((a, b) => order(positionOf(a), positionOf(b)));

/** What Meilisearch would find, and how many were asked for in all. */
function world(rows: Row[]) {
  const asked = { searches: 0, rows: 0, rounds: 0 };
  const ask: Ask = async (searches, most) => {
    asked.rounds += 1;
    asked.searches += searches.length;
    return searches.map(({ places, under }) => {
      const found = sorted(rows)
        .filter(({ conversation }) => places.includes(placeOf(conversation)))
        .filter((row) => !under || order(under, positionOf(row)) < 0)
        .slice(0, most);
      asked.rows += found.length;
      return found;
    });
  };
  return { asked, ask };
}
const row = (conversation: number, at: number, seq: number): Row => ({
  conversation: id(conversation),
  place: placeOf(id(conversation)),
  at,
  seq,
  version: seq,
});

describe("a conversation's place", () => {
  it("G5 is not one that a client can choose: ids that end alike are apart", () => {
    const alike = ["01900000-0000-7000-8000-0000000000c1", "01900000-0000-7000-9000-0000000000c1"].map(placeOf);
    expect(new Set(alike).size).to.equal(2);
    for (const place of alike) expect(Number.isSafeInteger(place)).to.equal(true);
  });
});

describe("several searches as one list", () => {
  it("are in order, without gap or repeat, wherever the matches are and however they are asked for", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ conversation: fc.nat(999), at: fc.nat(50), seq: fc.nat(200) }), {
          maxLength: 300,
          selector: ({ conversation, seq }) => `${conversation} ${seq}`,
        }),
        fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 6 }),
        fc.option(fc.tuple(fc.nat(50), fc.nat(200), fc.nat(999)), { nil: undefined }),
        async (drawn, steps, under) => {
          const rows = drawn.map(({ conversation, at, seq }) => row(conversation, at, seq));
          const newest = new Newest(conversations, under, world(rows).ask);
          const all = sorted(rows).filter((one) => !under || order(under, positionOf(one)) < 0);
          for (const step of steps) expect(await newest.next(step)).to.deep.equal(all.splice(0, step));
        },
      ),
      { numRuns: 50 },
    ));

  it("ask again only those whose matches are used up", async () => {
    const rows = Array.from({ length: 600 }, (_, seq) => row(7, 1000 + seq, seq));
    const { asked, ask } = world([...rows, ...Array.from({ length: 30 }, (_, seq) => row(300 + seq, seq, seq))]);
    const newest = new Newest(conversations, undefined, ask);
    expect(await newest.next(600)).to.deep.equal(sorted(rows));
    expect(asked.rounds).to.equal(2);
    expect(asked.searches, "four at first, then one").to.equal(5);
    expect(asked.rows).to.be.at.most(630);
  });
});

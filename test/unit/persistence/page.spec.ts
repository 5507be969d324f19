import { expect } from "chai";
import fc from "fast-check";
import Type from "typebox";
import { PAGE_BYTES } from "../../../contract/limits.ts";
import { cursorDecoder } from "../../../contract/page-cursor.ts";
import { matching } from "../../../services/persistence/read/matching.ts";
import { fill, type Stride } from "../../../services/persistence/read/page.ts";

type Row = { seq: number; bytes: number };

/** Reads rows behind a position, at most `reach` positions far at once. */
const reading =
  (rows: readonly Row[], reach: number) =>
  async (position: number, count: number): Promise<Stride<Row>> => {
    const end = rows.at(-1)?.seq ?? 0;
    const found = rows.filter(({ seq }) => seq > position && seq <= position + reach).slice(0, count);
    if (found.length === count) return { rows: found, next: found.at(-1)?.seq ?? null };
    return { rows: found, next: position + reach >= end ? null : position + reach };
  };

const bytes = (row: Row) => row.bytes;

async function pages(rows: readonly Row[], limit: number, reach: number): Promise<Row[][]> {
  const found: Row[][] = [];
  for (let position: number | null = 0; position !== null; ) {
    const page: { rows: Row[]; next: number | null } = await fill(limit, position, reading(rows, reach), bytes);
    found.push(page.rows);
    position = page.next;
  }
  return found;
}

describe("a page", () => {
  it("whatever the limit, the sizes and the gaps: pages one after the other hold each row once, within the bounds", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ gap: fc.integer({ min: 1, max: 40 }), bytes: fc.integer({ min: 1, max: PAGE_BYTES }) })),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 100 }),
        async (sizes, limit, reach) => {
          let seq = 0;
          const rows = sizes.map(({ gap, bytes }) => {
            seq += gap;
            return { seq, bytes };
          });
          const found = await pages(rows, limit, reach);
          expect(found.flat()).to.deep.equal(rows);
          for (const page of found) {
            expect(page.length).to.be.at.most(limit);
            if (page.length > 1) expect(page.reduce((sum, row) => sum + row.bytes, 0)).to.be.at.most(PAGE_BYTES);
          }
        },
      ),
      { numRuns: 100 },
    ));

  it("is one read where the limit is the default one", async () => {
    let reads = 0;
    const rows = Array.from({ length: 51 }, (_, index) => ({ seq: index + 1, bytes: 1 }));
    const page = await fill(
      50,
      0,
      (position, count) => {
        reads += 1;
        return reading(rows, 1000)(position, count);
      },
      bytes,
    );
    expect([page.rows.length, page.next, reads]).to.deep.equal([50, 50, 1]);
  });

  it("G8 ends after a bounded number of reads, however little it found", async () => {
    const rows = [{ seq: 1_000_000, bytes: 1 }];
    const page = await fill(50, 0, reading(rows, 1000), bytes);
    expect(page.rows).to.deep.equal([]);
    expect(page.next).to.be.greaterThan(0).and.lessThan(1_000_000);
  });
});

describe("a page of what has some text in it", () => {
  const names = Array.from({ length: 25_000 }, (_, n) => `n${String(n).padStart(5, "0")}`);
  const row = { key: (name: string) => name, texts: (name: string) => [name] };
  const decode = cursorDecoder(Type.String());

  it("G8 ends after a bounded number of reads, and the next goes on where it ended", async () => {
    let reads = 0;
    const stride = async (after: string, count: number) => {
      reads += 1;
      const from = after === "" ? 0 : names.indexOf(after) + 1;
      return names.slice(from, from + count);
    };
    const found: string[] = [];
    let pages = 0;
    for (let after: string | null = ""; after !== null; pages += 1) {
      reads = 0;
      const page: { items: string[]; next: string | null } = await matching("9999", 50, after, stride, row);
      expect(reads).to.be.at.most(50);
      found.push(...page.items);
      after = page.next === null ? null : decode(page.next);
    }
    expect(found).to.deep.equal(["n09999", "n19999"]);
    expect(pages).to.equal(3);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import type { Lookup } from "../../../services/search/engines/engine.ts";
import { filterOf, quoted } from "../../../services/search/engines/meilisearch/filter.ts";
import { parse } from "../../../services/search/query/parse.ts";

const lookup = (q: string, more: Partial<Lookup> = {}): Lookup => {
  const { phrases, since, until, link, thread } = parse(q);
  return { phrases, since, until, link, thread, conversationIds: ["c"], sort: "newest", limit: 10, ...more };
};

/** A filter without what stands in quotes. */
const outside = (filter: string) => filter.replace(/"(?:[^"\\]|\\.)*"/gs, "…");
/** All that a filter of ours may be. */
const forms = [
  "place IN [193]",

  "terms = …",
  "terms STARTS WITH …",
  "sender = …",
  "link = true",
  "thread = true",
  "at >= …",
  "at < …",
  "at < … OR (at = … AND (seq < … OR (seq = … AND place < …)))",
];

describe("what Meilisearch is asked", () => {
  it("is all that is asked for, each in a filter", () => {
    const asked = lookup('eur* "東京都 x" has:link is:thread on:1970-01-02', { senderId: "s" });
    expect(filterOf(asked, [193, 255], [5, 6, 7])).to.deep.equal([
      'terms STARTS WITH "eur"',
      'terms = "東京"',
      'terms = "京都"',
      'terms = "都"',
      'terms = "x"',
      "place IN [193,255]",
      'sender = "s"',
      "link = true",
      "thread = true",
      'at >= "86400000"',
      'at < "172800000"',
      'at < "5" OR (at = "5" AND (seq < "6" OR (seq = "6" AND place < "7")))',
    ]);
  });

  it("has the form of ours whatever is written, and whatever number a client hands back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
        // As JSON, which has no NaN.
        fc.array(fc.double({ noNaN: true }), { maxLength: 4 }),
        (text, under) => {
          const phrases = (() => {
            try {
              return parse(text).phrases;
            } catch {
              return [];
            }
          })();
          const filters = filterOf({ ...lookup("x"), phrases, senderId: text }, [193], under);
          for (const filter of filters) {
            expect(forms).to.include(outside(filter));
            expect(filter).not.to.match(/at < "[^"]*[^"\d-]/);
          }
        },
      ),
    );
  });

  it("quotes so that a value ends where it should", () => {
    expect(quoted('a" OR terms = "b')).to.equal('"a\\" OR terms = \\"b"');
    expect(quoted('\\" x')).to.equal('"\\\\\\" x"');
  });
});

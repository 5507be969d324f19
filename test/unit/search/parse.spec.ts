import { expect } from "chai";
import fc from "fast-check";
import { refusalOf } from "../../../contract/errors.ts";
import { parse } from "../../../services/search/query/parse.ts";

const ID = "01900000-0000-7000-8000-00000000000a";
const day = (text: string) => Date.parse(`${text}T00:00:00.000Z`);
const words = (query: string) => parse(query).phrases.map(({ terms, prefix }) => terms.join(" ") + (prefix ? "*" : ""));

/** What is said of a query that is none. */
function refusal(query: string): string | undefined {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    const { type, data } = refusalOf(error);
    return type === "validation" ? data?.errors?.map(({ field, message }) => `${field} ${message}`).join() : type;
  }
}

describe("the language of queries", () => {
  it("takes words, phrases and beginnings of words; what has neither letter nor digit asks for nothing", () => {
    expect(words('  Rates "the quick  Brown" eur* & "!" -fx')).to.deep.equal([
      "rates",
      "the quick brown",
      "eur*",
      "fx",
    ]);
    expect(words("EUR/USD don't https://example.com/a_b")).to.deep.equal(["eur usd", "don t", "https example com a b"]);
    expect(words('a a "A" a*')).to.deep.equal(["a", "a*"]);
    expect(words("e*r ***x** ")).to.deep.equal(["e r", "x*"]);
  });

  it("takes no word of another language for more than a word", () => {
    const words = ["AND", "OR", "NOT", "NEAR(a b)", "{a}", "^x", "a + b", "'; drop table entries; --", "(((x"];
    for (const text of words) expect(refusal(text), text).to.equal(undefined);
    expect(parse("a AND b").phrases.map(({ terms }) => terms)).to.deep.equal([["a"], ["and"], ["b"]]);
  });

  it("takes filters, all of which must hold", () => {
    expect(parse(`from:@Ana in:#fx in:${ID} in:@bob has:link is:thread`)).to.deep.equal({
      phrases: [],
      from: ["ana"],
      in: [
        { kind: "name", name: "fx" },
        { kind: "conversation", id: ID },
        { kind: "principal", handle: "bob" },
      ],
      since: -Infinity,
      until: Infinity,
      link: true,
      thread: true,
    });
    expect(parse("FROM:@ana x").from).to.deep.equal(["ana"]);
  });

  it("takes days in UTC, exclusive", () => {
    expect(parse("before:2026-03-01")).to.include({ since: -Infinity, until: day("2026-03-01") });
    expect(parse("after:2024-02-29")).to.include({ since: day("2024-03-01"), until: Infinity });
    expect(parse("on:2026-03-01")).to.include({ since: day("2026-03-01"), until: day("2026-03-02") });
    expect(parse("after:2026-01-01 on:2026-03-01 before:2026-12-31")).to.include({
      since: day("2026-03-01"),
      until: day("2026-03-02"),
    });
    expect(parse("after:9999-12-31").since).to.be.greaterThan(day("9999-12-31"));
  });

  it("points at what is wrong", () => {
    const faults: Record<string, string> = {
      'a "b c': 'q at character 3: a quote (") lacks the other that ends it',
      'x a"b': 'q at character 4: a quote (") lacks the other that ends it',
      "hi colour:red": 'q at character 4: there is no operator "colour:"; in quotes it is searched for',
      "hi before:yesterday": "q at character 4: before: must be followed by a day, YYYY-MM-DD",
      "on:2026-13-45": "q at character 1: on: must be followed by a day, YYYY-MM-DD",
      "on:2026-02-30": "q at character 1: on: must be followed by a day, YYYY-MM-DD",
      "after:": "q at character 1: after: must be followed by a day, YYYY-MM-DD",
      "from:ana": "q at character 1: from: must be followed by @ and a handle",
      "from:#fx": "q at character 1: from: must be followed by @ and a handle",
      "in:fx": "q at character 1: in: must be followed by #channel, @handle, group:name or a conversation's id",
      "x has:nothing": "q at character 3: has: must be followed by link",
      "is:": "q at character 1: is: must be followed by thread",
    };
    for (const [query, said] of Object.entries(faults)) expect(refusal(query), query).to.equal(said);
    for (const query of [" ", "*", '""', '"" "!"', "😀", "—", "col :"]) {
      const said = query === "col :" ? undefined : "q at character 1: there is nothing to search for: ";
      expect(refusal(query)?.slice(0, 50), query).to.equal(said);
    }
  });

  it("takes so many beginnings of words, and no more: each is a search of its own", () => {
    const beginnings = (count: number) => Array.from({ length: count }, (_, index) => `w${index}*`).join(" ");
    expect(parse(beginnings(16)).phrases).to.have.length(16);
    expect(refusal(beginnings(17))).to.equal("q at character 71: a query has at most 16 beginnings of words");
  });

  it("answers whatever is written with a query or a refusal that points into it", () => {
    const piece = fc.constantFrom(
      '"',
      "*",
      ":",
      "from:",
      "in:#",
      "on:2026-01-01",
      "https://a.b",
      " ",
      "東京",
      "é",
      "-",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.oneof(piece, fc.string())).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (query) => {
        const said = refusal(query);
        if (said === undefined) return;
        const at = Number(/^q at character (\d+): /.exec(said)?.[1]);
        expect(at).to.be.within(1, Math.max(1, query.length));
      }),
      { numRuns: 2000 },
    );
  });
});

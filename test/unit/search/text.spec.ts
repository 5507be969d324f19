import { expect } from "chai";
import fc from "fast-check";
import { fold } from "../../../services/search/text/fold.ts";
import { gently } from "../../../services/search/text/gently.ts";
import { highlights, snippet } from "../../../services/search/text/highlights.ts";
import { counterOf } from "../../../services/search/text/occurrences.ts";
import { type Phrase, phraseOf, termsOf } from "../../../services/search/text/terms.ts";

const terms = (text: string) => [...termsOf(text)].map(({ term }) => term);
const marked = (text: string, ...queries: string[]) =>
  highlights(
    text,
    queries.map((query) => phraseOf(query.replace("*", ""), query.endsWith("*"))),
  ).map(([from, to]) => text.slice(from, to));
/** Any text, with more of the scripts that matter than chance would give. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom("a", "É", "ß", "İ", "東", "京", "ガ", "ｶ", "ﾞ", "ท", "ี", "่", "서", " ", "\u0301", "😀", "\u200d"),
    )
    .map((all) => all.join("")),
);

describe("the terms of a text", () => {
  it("are its words without case, accents and forms of width", () => {
    expect(terms("Überraschung für EUR/USD: 1.25 🎉 don't_x")).to.deep.equal([
      "uberraschung",
      "fur",
      "eur",
      "usd",
      "1",
      "25",
      "don",
      "t",
      "x",
    ]);
    expect(terms("Straße STRASSE smørrebrød Łódź ΣΊΣΥΦΟΣ σίσυφος ЁЛКА Ångström ＦＸ ﬁne İstanbul")).to.deep.equal(
      "strasse strasse smorrebrod lodz σισυφοσ σισυφοσ елка angstrom fx fine istanbul".split(" "),
    );
    expect(terms("مُحَمَّد می\u200cخواهم שָׁלוֹם naïve nai\u0308ve co\u00adop")).to.deep.equal([
      "محمد",
      "میخواهم",
      "שלום",
      "naive",
      "naive",
      "coop",
    ]);
    expect(terms("हिन्दी की")).to.deep.equal(["हिन्दी", "की"]);
  });

  it("are pairs of neighbours in scripts without spaces, and in Korean", () => {
    expect(terms("東京都")).to.deep.equal(["東京", "京都", "都"]);
    expect(terms("iPhone15を買う")).to.deep.equal(["iphone15", "を買", "買う", "う"]);
    expect(terms("ｶﾞｽ ガス")).to.deep.equal(["ガス", "ス", "ガス", "ス"]);
    expect(terms("ที่นี่")).to.deep.equal(["ที่นี่", "นี่"]);
    expect(terms("서울에서")).to.deep.equal(["서울", "울에", "에서", "서"]);
  });

  it("stand where the text has them, in order, and are folded", () => {
    fc.assert(
      fc.property(text, (given) => {
        let before = 0;
        for (const { term, from, to, middle } of termsOf(given)) {
          expect(from).to.be.at.least(before);
          expect(middle).to.be.within(from + 1, to);
          expect(to).to.be.at.most(given.length);
          expect(term).not.to.match(/^$|[ "*\0]/);
          before = from;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("are the same in upper and lower case, and folding again changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (given) => {
        expect(fold(fold(given))).to.equal(fold(given));
        expect(fold(given.toUpperCase())).to.equal(fold(given.toUpperCase().toLowerCase()));
      }),
      { numRuns: 2000 },
    );
  });

  it("of any part of a text are found in it", () => {
    const scripts = fc.array(fc.constantFrom(..."abc東京都タワーที่นี่서울 "), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scripts, fc.nat(20), fc.nat(20), (characters, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const part = characters.slice(from, to).join("");
        const whole = characters.join("");
        // Cut within a word of letters it is no longer that word, and within a character no character.
        const edges = [
          whole.slice(0, characters.slice(0, from).join("").length),
          whole.slice(whole.indexOf(part) + part.length),
        ];
        fc.pre(!/[a-c]$/.test(edges[0] ?? "") && !/^[a-c]/.test(characters[to] ?? " "));
        fc.pre(!/^\p{M}/u.test(part) && !/^\p{M}/u.test(characters[to] ?? " "));
        fc.pre(phraseOf(part).terms.length > 0);
        expect(highlights(whole, [phraseOf(part)])).not.to.deep.equal([]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("occurrences", () => {
  it("are counted as one sees them, whatever the phrases have in common", () => {
    const word = fc.constantFrom("a", "ab", "b", "ba");
    const phrase = fc.record({ terms: fc.array(word, { minLength: 1, maxLength: 3 }), prefix: fc.boolean() });
    const standsAt = (start: number, { terms, prefix }: Phrase, text: readonly string[]) =>
      terms.every((term, index) => {
        const found = text[start + index];
        return prefix && index === terms.length - 1 ? found?.startsWith(term) : found === term;
      });
    fc.assert(
      fc.property(fc.array(phrase, { maxLength: 5 }), fc.array(word, { maxLength: 20 }), (phrases, text) => {
        const expected = phrases.map((one) => text.filter((_, start) => standsAt(start, one, text)).length);
        expect(counterOf(phrases)(text)).to.deep.equal(expected);
      }),
    );
  });
});

describe("many long texts", () => {
  it("are gone through without stalling what else is to be done", async () => {
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const texts = Array.from({ length: 40 }, (_, index) => ({ text: String(index).padEnd(8_000, " x") }));
    expect(await gently(texts, ({ text }) => text.slice(0, 2))).to.deep.equal(
      texts.map(({ text }) => text.slice(0, 2)),
    );
    isOver = true;
    expect(turns).to.be.within(15, 25);
  });
});

describe("highlights", () => {
  it("are the places that match, whatever their case and accents", () => {
    expect(marked("Überraschung für EURUSD, für alle", "fur", "eurusd")).to.deep.equal(["für", "EURUSD", "für"]);
    expect(marked("the quick brown fox, quick", "quick brown")).to.deep.equal(["quick brown"]);
    expect(marked("euros and EUR", "eur*")).to.deep.equal(["euros", "EUR"]);
    expect(marked("foxes", "fox")).to.deep.equal([]);
    expect(marked("東京都に行く", "東京", "京都", "行")).to.deep.equal(["東京都", "行"]);
    expect(marked("大東", "東")).to.deep.equal(["東"]);
    expect(marked("😀 fox", "fox")).to.deep.equal(["fox"]);
  });

  it("of a snippet lie in it, in order, apart, and match there", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), fc.nat(59), (parts, chosen) => {
        const whole = parts.join(" ");
        const phrase = phraseOf(parts[chosen] ?? "x");
        const shown = snippet(whole, [phrase]);
        expect(shown.snippet.length).to.be.at.most(202);
        expect(whole).to.include(shown.snippet.replace(/^…|…$/g, ""));
        let before = -1;
        for (const [from, to] of shown.highlights) {
          expect(from).to.be.greaterThan(before);
          expect(to).to.be.within(from + 1, shown.snippet.length);
          before = to;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("stand in the snippet also where one character seems to have no end", () => {
    for (const endless of ["a\u200d", "a\u0301\u200d", "😀\u200d"]) {
      const text = `a${endless.repeat(16_000 / endless.length)} needle`;
      const shown = snippet(text, [phraseOf("needle")]);
      expect(shown.highlights.map(([from, to]) => shown.snippet.slice(from, to))).to.deep.equal(["needle"]);
      expect(shown.snippet.isWellFormed()).to.equal(true);
    }
    const emoji = `x${"😀".repeat(300)} needle`;
    expect(snippet(emoji, [phraseOf("needle")]).highlights, "at the very end").to.have.length(1);
  });

  it("of a long text stand in the part of it that is shown", () => {
    const long = `${"word ".repeat(200)}needle ${"word ".repeat(200)}`;
    const shown = snippet(long, [phraseOf("needle")]);
    expect(shown.snippet).to.match(/^…word .*needle.* word…$/);
    expect(shown.highlights.map(([from, to]) => shown.snippet.slice(from, to))).to.deep.equal(["needle"]);
    expect(snippet("😀".repeat(300), []).snippet).to.match(/^(😀)+…$/u);
    expect(snippet("short", [])).to.deep.equal({ snippet: "short", highlights: [] });
  });
});

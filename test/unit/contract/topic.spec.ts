import { expect } from "chai";
import fc from "fast-check";
import { parseAddress } from "../../../contract/address.ts";
import { isTopic, matches } from "../../../contract/topic.ts";
import { isPattern, meant, patterns, topics } from "../../support/topics.ts";

describe("topics", () => {
  it("are 1 to 16 tokens joined by dots", () => {
    for (const topic of ["a", "alerts.fx.eurusd", "A-1_b", Array(16).fill("a").join(".")])
      expect(isTopic(topic), topic).to.equal(true);
    const bad = ["", ".", "a.", ".a", "a..b", "a b", "ä", "a.*", "a.>", "a\n", Array(17).fill("a").join(".")];
    for (const topic of [...bad, "a".repeat(257)]) expect(isTopic(topic), topic).to.equal(false);
  });

  it("patterns have `*` for a whole token and a last `>`", () => {
    for (const pattern of ["*", ">", "a.>", "*.*", "a.*.c", "*.>"]) expect(isPattern(pattern), pattern).to.equal(true);
    for (const pattern of ["", "a*", "a.b>", ">.a", "a.>.b", "a..b", "**", "a.* ", `${"a.".repeat(16)}>`])
      expect(isPattern(pattern), pattern).to.equal(false);
  });

  it("are met by the patterns that NATS says", () => {
    const table: [pattern: string, topic: string, met: boolean][] = [
      ["a.b", "a.b", true],
      ["a.b", "a.B", false],
      ["a.*", "a.b", true],
      ["a.*", "a", false],
      ["a.*", "a.b.c", false],
      ["*.b", "a.b", true],
      ["a.>", "a.b.c", true],
      ["a.>", "a", false],
      [">", "a", true],
      ["*.>", "a", false],
      ["*.>", "a.b", true],
    ];
    for (const [pattern, topic, met] of table) expect(matches(pattern, topic), `${pattern} ${topic}`).to.equal(met);
  });

  it("are matched as one would by hand", () => {
    fc.assert(
      fc.property(patterns, topics, (pattern, topic) => {
        expect(matches(pattern, topic)).to.equal(meant(pattern.split("."), topic.split(".")));
      }),
      { numRuns: 2000 },
    );
  });

  it("are addresses, and so are groups", () => {
    expect(parseAddress("topic:A.b")).to.deep.equal({ kind: "topic", topic: "A.b" });
    expect(parseAddress("group:FX-Desk")).to.deep.equal({ kind: "group", name: "fx-desk" });
    for (const to of ["topic:", "topic:a.*", "topic:>", "topic: a", "group:", "group:#fx", "group:-a", "Topic:a"])
      expect(parseAddress(to), to).to.equal(undefined);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { printed, type Seen, statements } from "./statements.ts";

/** The step that has made what another one walks through: a page, cut off before. */
const madeFor = (step: string): string => step.replace(/^SCAN (\w+).*/, "MATERIALIZE $1");

describe("the statements", () => {
  let seen: Seen[];
  before(async () => {
    seen = await statements();
  });

  it("all go to their rows by a key or a range of one: none walks through a table", () => {
    // Of a log no more than its conversation given is a walk through all of it.
    const walk = /^SCAN|^SEARCH (e|v|entries) USING .*\(conversation_id=\?\)/;
    const walks = seen.filter(({ plan }) => plan.some((step) => walk.test(step) && !plan.includes(madeFor(step))));
    expect(walks).to.deep.equal([]);
    const searches = seen.filter(({ sql, plan }) => !sql.startsWith("insert") && plan.length === 0);
    expect(searches, "statements without a plan").to.deep.equal([]);
  });

  it("find their rows in order, but for those of one conversation; only what a caller names by a list is sorted, and the marks of a page are counted", () => {
    const counting = / group by `target_seq`/;
    const sorted = seen.filter(
      ({ sql, plan }) => !counting.test(sql) && plan.some((step) => /TEMP B-TREE (?!FOR LAST TERM)/.test(step)),
    );
    expect(sorted.map(({ action }) => action)).to.deep.equal(["named", "principals by id"]);
  });

  it("are those of statements.sql, so that a change of one is seen (node …/statements.ts prints them)", () => {
    const known = readFileSync(join(import.meta.dirname, "statements.sql"), "utf8");
    expect(printed(seen)).to.equal(known);
  });
});

import { expect } from "chai";
import { meaning } from "../../../services/importer/slack/kinds.ts";
import { page } from "./pages.ts";

/** What becomes of a record of this subtype, and whether a page says so. */
const becomes = (subtype: string): string => {
  const record = { subtype, user: "U1", ts: "1.0", text: "", topic: "t", purpose: "p", name: "n" };
  const what = meaning(record);
  if (what.type === "change") return what.change.type;
  return what.type === "skipped" ? "nothing" : what.type;
};

describe("docs/import.md", () => {
  const table = page("docs/import.md").split("## Records")[1]?.split("\n\n")[1] ?? "";
  const lines = table.split("\n").slice(2);

  it("says of each subtype what the importer makes of it", () => {
    expect(lines).to.have.length.greaterThan(8);
    let kind = "";
    for (const line of lines) {
      const [, subtypes = "", result = ""] = line.split("|");
      kind = /likewise/.test(result) ? kind : (/^ an? `(\w+)`|^ (nothing)/.exec(result)?.slice(1).find(Boolean) ?? "");
      for (const [, subtype = ""] of subtypes.matchAll(/`(\w+)`/g)) expect(becomes(subtype), subtype).to.equal(kind);
    }
  });
});

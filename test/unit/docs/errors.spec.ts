import { expect } from "chai";
import { closeCodes } from "../../../contract/close-codes.ts";
import { refusals } from "../../../contract/errors.ts";
import { page, rows } from "./pages.ts";

describe("docs/errors.md", () => {
  const table = rows(page("docs/errors.md"));

  it("lists every refusal of the code, as it is, and no other", () => {
    const documented = table.filter(([name]) => name?.startsWith("`")).map((cells) => cells.slice(0, 4));
    const known = Object.entries(refusals).map(([name, { status, title, retryable }]) => [
      `\`${name}\``,
      String(status),
      title,
      retryable ? "yes" : "no",
    ]);
    expect(documented).to.deep.equal(known);
  });

  it("lists every end of a stream, and no other", () => {
    const documented = table.filter(([code]) => /^\d/.test(code ?? "")).map((cells) => cells.slice(0, 2));
    expect(documented).to.deep.equal(Object.entries(closeCodes).map(([name, code]) => [String(code), `\`${name}\``]));
  });

  it("says of each when it happens", () => {
    expect(table.filter((cells) => (cells.at(-1) ?? "").length < 20)).to.deep.equal([]);
  });
});

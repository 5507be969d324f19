import { expect } from "chai";
import { accessVariables } from "../../../access.ts";
import { page, rows } from "./pages.ts";

describe("docs/terminal.md", () => {
  it("has the variables of clients, and their defaults", () => {
    const told = rows(page("docs/terminal.md")).map(([name, fallback]) => [name, fallback]);
    const own = Object.entries<{ default?: string; expected: string }>(accessVariables).map(
      ([name, { default: fallback }]) => [`\`${name}\``, fallback === undefined ? "" : `\`${fallback}\``],
    );
    expect(told).to.deep.equal(own);
  });
});

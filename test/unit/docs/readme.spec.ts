import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { variables } from "../../../config.ts";
import { root } from "../../support/server.ts";
import { page } from "./pages.ts";

type Described = { expected: string; purpose: string; default?: string };

/** The README's table as the code gives it. */
function configuration(): string {
  const lines = Object.entries<Described>(variables).map(([name, { expected, purpose, default: fallback }]) => {
    const given = fallback === undefined ? "" : `\`${fallback}\``;
    return `| \`${name}\` | ${given} | ${expected} | ${purpose} |`;
  });
  return ["| variable | default | must be | what for |", "|---|---|---|---|", ...lines].join("\n");
}

describe("README.md", () => {
  const text = page("README.md");

  it("has the configuration table that config.ts gives", () => {
    const [, table] = /<!-- configuration: from config\.ts -->\n(.*?)\n?<!-- \/configuration -->/s.exec(text) ?? [];
    expect(table).to.equal(configuration());
  });

  it("names commands that there are", () => {
    const { scripts } = JSON.parse(page("package.json"));
    const named = [...text.matchAll(/npm run ([\w:]+)|npm (start|test)/g)].map(([, run, own]) => run ?? own);
    expect(named.filter((name) => name === undefined || !(name in scripts))).to.deep.equal([]);
  });

  it("and all other pages link to what is there", () => {
    const pages = [
      "backups",
      "databases",
      "guarantees",
      "import",
      "nodes",
      "operators",
      "search",
      "stream",
      "terminal",
      "tour",
      "verify",
    ];
    const others = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "client/README.md"];
    for (const name of [...others, ...pages.map((page) => `docs/${page}.md`)]) {
      const links = [...page(name).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = ""]) => path);
      const lost = links.filter((path) => !existsSync(join(root, name, "..", path)));
      expect(lost, name).to.deep.equal([]);
    }
  });
});

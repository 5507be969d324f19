import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/server.ts";
import { page } from "./pages.ts";

describe("docs/decisions", () => {
  const pages = readdirSync(join(root, "docs/decisions"));

  it("says the drawbacks of each", () => {
    const silent = pages.filter((name) => !/\n\*Drawbacks\.\*/.test(page(`docs/decisions/${name}`)));
    expect(silent).to.deep.equal(["dependencies.md"]);
  });

  it("names every dependency with its reason, and no other", () => {
    const { dependencies, devDependencies } = JSON.parse(page("package.json"));
    const known = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    const listed = page("docs/decisions/dependencies.md").match(/^- `.+?:/gm) ?? [];
    const named = listed.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    expect(named.sort()).to.deep.equal(known.sort());
  });
});

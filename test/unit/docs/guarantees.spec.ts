import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/server.ts";
import { items, page } from "./pages.ts";

describe("docs/guarantees.md", () => {
  const text = page("docs/guarantees.md");
  const sections = new Map(
    text.split(/^## (?=G\d)/m).map((section) => [section.slice(0, 2), section.split("\n## ")[0]]),
  );

  it("names for each guarantee how it is kept, where it ends, and what proves it", () => {
    expect([...sections.keys()].slice(1)).to.deep.equal(["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8"]);
    for (const [name, section = ""] of [...sections].slice(1)) {
      expect(section, name).to.include("\n*How.*").and.include("\n*Limits.*");
      expect(items(section), name).not.to.deep.equal([]);
    }
  });

  it("names tests that exist", () => {
    const lost = items(text).filter(([file, title]) => !existsSync(join(root, file)) || !page(file).includes(title));
    expect(lost).to.deep.equal([]);
  });
});

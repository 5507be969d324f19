import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/server.ts";
import { page } from "./pages.ts";

const STEP = /^(\d+)\. \[([^\]]+)\]\(\.\.\/([^)]+)\) — .+ \*Exit\*: .+$/;

describe("docs/route.md", () => {
  const text = page("docs/route.md");
  const steps = text.split("\n").filter((line) => /^\d+\./.test(line));

  it("is numbered, and each step names one file and its exit", () => {
    for (const [index, step] of steps.entries()) {
      const [, number, name, file] = STEP.exec(step) ?? [];
      expect(number, step).to.equal(String(index + 1));
      expect(name).to.equal(file);
    }
    const files = steps.map((step) => STEP.exec(step)?.[2]);
    expect(new Set(files).size, "no step back").to.equal(files.length);
  });

  it("leads through files that exist", () => {
    const linked = [...text.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, file = ""]) => file);
    expect(linked.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });
});

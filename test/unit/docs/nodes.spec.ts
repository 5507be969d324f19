import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { serviceNames, variables } from "../../../config.ts";
import { root } from "../../support/server.ts";
import { items, page, rows } from "./pages.ts";

describe("docs/nodes.md", () => {
  const text = page("docs/nodes.md");

  it("says of each variable of NATS what it does, and of no other", () => {
    const [, list = ""] = /## The variables\n(.*?)\n## /s.exec(text) ?? [];
    const told = (list.match(/^- `.+?:/gm) ?? []).flatMap((line) => line.match(/[A-Z_]{4,}/g) ?? []);
    const own = Object.keys(variables).filter((name) => /^(SERVICES$|NATS_)/.test(name) && name !== "NATS_SERVER_BIN");
    expect(told.sort()).to.deep.equal(own.sort());
  });

  it("lists what a process may run", () => {
    const [, table = ""] = /## Laying it out\n(.*?)\n## /s.exec(text) ?? [];
    const listed = rows(table).map(([name = ""]) => name.replaceAll("`", ""));
    expect(listed.sort()).to.deep.equal([...serviceNames].sort());
  });

  it("points at files and tests that there are", () => {
    const linked = [...text.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, file = ""]) => file);
    expect(linked).not.to.deep.equal([]);
    expect(linked.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
    const tests = items(text).filter(([file]) => file.startsWith("test/"));
    expect(tests).to.have.length.greaterThan(2);
    const lost = tests.filter(([file, title]) => !existsSync(join(root, file)) || !page(file).includes(title));
    expect(lost).to.deep.equal([]);
  });
});

import { expect } from "chai";
import { openStore } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { run } from "../../support/server.ts";
import { withFolder } from "../../support/with-broker.ts";
import { withStore } from "./with-store.ts";

/** Opens a folder in a process of its own, and keeps it. */
const holder = (folder: string) => run(`node test/service/persistence/hold.ts ${folder}`);

const failure = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => "opened",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe("the data folder", () => {
  it("is refused to a second process in a sentence that names it, and free once the first has ended", () =>
    withFolder(async (folder) => {
      const first = holder(folder);
      await first.wrote("opened");
      const second = holder(folder);
      const { code } = await second.ended;
      expect(code).to.equal(1);
      expect(second.output().trim().split("\n")).to.have.length(1);
      expect(second.output()).to.include(folder).and.include("in use by another process");
      await first.stop();
      await (await openStore(onSqlite(folder), () => undefined)).close();
    }));

  it("is free at once after kill -9 of who had it", () =>
    withFolder(async (folder) => {
      const first = holder(folder);
      await first.wrote("opened");
      expect(await failure(openStore(onSqlite(folder), () => undefined))).to.include("in use by another process");
      await first.kill();
      await (await openStore(onSqlite(folder), () => undefined)).close();
    }));

  it("is not opened twice in one process either", () =>
    withStore(async (_store, folder) => {
      expect(await failure(openStore(onSqlite(folder), () => undefined))).to.include(folder);
    }));

  it("that cannot be made is named with the reason", () =>
    withFolder(async (folder) => {
      const sentence = await failure(openStore(onSqlite(`${folder}/\0`), () => undefined));
      expect(sentence).to.match(/^The data folder .* cannot be used: /);
    }));
});

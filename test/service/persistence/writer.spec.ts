import { join } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { expect } from "chai";
import { typeOf } from "../../../contract/errors.ts";
import { openWriter } from "../../../services/persistence/dialects/sqlite/connection.ts";
import { WriterThread } from "../../../services/persistence/dialects/sqlite/thread.ts";
import { openStore } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { withFolder } from "../../support/with-broker.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { withStore } from "./with-store.ts";

const [ana = ""] = people(1);

describe("the writer", () => {
  it("G1 syncs each commit: a write-ahead log, synchronous FULL, foreign keys", () =>
    withFolder(async (folder) => {
      const db = openWriter(join(folder, "some.db"));
      const settings = ["journal_mode", "synchronous", "foreign_keys"].map((name) => db.pragma(name, { simple: true }));
      db.close();
      expect(settings).to.deep.equal(["wal", 2, 1]);
    }));

  it("G1 refuses a database that would not keep what it acknowledges", () => {
    expect(() => openWriter(":memory:")).to.throw("SQLite kept journal_mode at memory");
  });

  it("that dies under a commit leaves its outcome unknown, and is replaced", () =>
    withFolder(async (folder) => {
      await (await openStore(onSqlite(folder), () => undefined)).close();
      const workers: Worker[] = [];
      const worker = new URL("../../../services/persistence/dialects/sqlite/sqlite.worker.ts", import.meta.url);
      const thread = new WriterThread(join(folder, "wirehouse.db"), (path) => {
        const started = new Worker(worker, { workerData: { path } });
        workers.push(started);
        return started;
      });
      await thread.open();
      const log = new Log();
      const create = log.create(ana);
      const lost = thread.commit([create]).catch(typeOf);
      await workers[0]?.terminate();
      expect(await lost).to.equal("unavailable");

      // Nobody knows whether it was stored; asked again, its key or its head tells.
      const [again] = await thread.commit([create]);
      expect(again?.outcome).to.be.oneOf(["appended", "stale"]);
      const [next] = await thread.commit([log.message(ana)]);
      expect(next).to.deep.equal({ outcome: "appended" });
      await thread.close();
      expect(workers).to.have.length(2);
    }));

  it("is the only one who writes: readers cannot", () =>
    withStore(async ({ reader }) => {
      const denied = await reader("revisions").update({ value: 7 }).catch(String);
      expect(denied).to.include("readonly database");
    }));

  it("writes all of its statements or none, and tells which undid them", () =>
    withStore(async ({ reader, write }) => {
      const raise = reader("revisions").where("name", "directory").increment("value").returning("value");
      const principal = { id: "a", handle: "a", name: "A", kind: "person", role: "user", disabled: false };
      const insert = reader("principals").insert(principal);
      expect(await write([{ query: raise }, { query: insert }])).to.deep.equal({ rows: [[{ value: 1 }], []] });
      expect(await write([{ query: raise }, { query: insert }])).to.deep.equal({ undoneBy: 1 });
      const nobody = reader("principals").where("id", "b").update({ name: "B" });
      expect(await write([{ query: raise }, { query: nobody, required: true }])).to.deep.equal({ undoneBy: 1 });
      expect(await write([{ query: raise }, { query: nobody }])).to.deep.equal({ rows: [[{ value: 2 }], []] });
    }));
});

describe("the schema", () => {
  it("that a newer program has made is refused in a sentence", () =>
    withFolder(async (folder) => {
      await (await openStore(onSqlite(folder), () => undefined)).close();
      const db = new Database(join(folder, "wirehouse.db"));
      db.exec("insert into migrations (name, batch) values ('9999-later', 9)");
      db.close();
      const sentence = await openStore(onSqlite(folder), () => undefined).then(
        () => "opened",
        (error: unknown) => String(error),
      );
      expect(sentence).to.match(
        /^CannotStart: The database has a newer schema \(9999-later\) than this program: [^\n]+$/,
      );
      // The folder was let go.
      const other = new Database(join(folder, "wirehouse.lock"), { timeout: 0 });
      other.exec("begin exclusive");
      other.close();
    }));

  it("is made once: an open folder is found as it was left", () =>
    withFolder(async (folder) => {
      const log = new Log();
      const first = await openStore(onSqlite(folder), () => undefined);
      await first.append(log.create(ana));
      await first.close();
      const second = await openStore(onSqlite(folder), () => undefined);
      expect(await second.append(log.message(ana))).to.deep.equal({ outcome: "appended" });
      await second.close();
    }));
});

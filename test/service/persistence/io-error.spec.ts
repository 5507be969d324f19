import { execFileSync, spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { typeOf } from "../../../contract/errors.ts";
import { call } from "../../../mixins/call.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { openStore } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { run } from "../../support/server.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";
import { Log, people } from "../../unit/persistence/logs.ts";

/** Bytes that a file may have: the write-ahead log is full soon, as on a full disk. */
const LIMIT = 3_000_000;
const limits = (pid: number, size: string) => execFileSync("prlimit", ["--pid", String(pid), `--fsize=${size}`]);

describe("a disk that fails", () => {
  before(function () {
    // A file's size is limited from outside by a program of Linux.
    if (spawnSync("prlimit", ["--version"]).error) this.skip();
  });

  it("G1 acknowledges nothing while it does, and goes on by itself when it does no more", () =>
    withFolder(async (folder) => {
      const writer = run(`prlimit --fsize=${LIMIT}:unlimited node test/service/persistence/write-on.ts ${folder}`);
      try {
        await writer.wrote(/refused: unavailable\nthe head is read: /);
        const { length } = writer.output();
        await writer.wrote("refused: unavailable", length);
        // Not one was acknowledged since.
        expect(writer.output().slice(length)).not.to.match(/appended/);
        limits(writer.pid, "unlimited:unlimited");
        await writer.wrote("appended", length);

        limits(writer.pid, `${LIMIT}:unlimited`);
        await writer.wrote("refused: unavailable", writer.output().length);
        limits(writer.pid, "unlimited:unlimited");
        await writer.wrote("appended", writer.output().length);
      } finally {
        await writer.stop();
      }

      const [, conversationId = "", ana = ""] = /log (\S+) of (\S+)/.exec(writer.output()) ?? [];
      const acknowledged = [...writer.output().matchAll(/(?:appended|met) (m\d+)/g)].map(([, id]) => id);
      const store = await openStore(onSqlite(folder), () => undefined);
      try {
        const found: string[] = await store
          .reader("entries")
          .whereNotNull("client_message_id")
          .pluck("client_message_id");
        expect(found).to.have.members(acknowledged);
        expect(new Set(found).size).to.equal(found.length);
        expect(await verify(store.reader, { conversationId }, ana)).to.include({ ok: true });
      } finally {
        await store.close();
      }
    }));
});

describe("a database that is damaged", () => {
  it("is unavailable to readers, not a fault of theirs", () =>
    withFolder((data) =>
      withBroker([persistence(onSqlite(data))], async (broker) => {
        const log = new Log();
        const [principalId = ""] = people(1);
        await call(broker, "persistence.append", log.create(principalId));
        for (const file of ["wirehouse.db", "wirehouse.db-wal"]) {
          const path = join(data, file);
          writeFileSync(path, Buffer.alloc(statSync(path).size, 0xff));
        }
        const read = call(broker, "persistence.read", { conversationId: log.id }, { principalId });
        expect(await read.catch(typeOf)).to.equal("unavailable");
      }),
    ));

  it("keeps a start from succeeding, in a sentence that names the folder", () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "wirehouse.db"), "this is no database");
      const sentence = await openStore(onSqlite(folder), () => undefined).then(() => "opened", String);
      expect(sentence).to.equal(`CannotStart: The data folder ${folder} cannot be used: file is not a database`);
    }));
});

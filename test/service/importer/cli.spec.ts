import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import Database from "better-sqlite3";
import { expect } from "chai";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { type Files, ts, workspace, writeArchive } from "../../support/slack.ts";
import { until } from "../../support/until.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CORPUS = resolve(ROOT, "../shared/corpus/slack-export");

type Ended = { code: number | null; stdout: string; stderr: string };

function start(data: string, path: string): { process: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ["services/importer/cli.ts", path], {
    cwd: ROOT,
    env: { ...process.env, WIREHOUSE_DATA: data, WIREHOUSE_ADMIN_TOKEN: "t".repeat(32) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { process: child, ended };
}

/** Something of the database that the process under test has, or had. */
function count(data: string, sql: string): number {
  const file = join(data, "wirehouse.db");
  if (!existsSync(file)) return 0;
  const db = new Database(file, { readonly: true });
  try {
    return Number(db.prepare(sql).pluck().get());
  } catch {
    // The tables are not there yet.
    return 0;
  } finally {
    db.close();
  }
}

const stored = (data: string) => count(data, "select count(*) from entries");

/** Enough messages that a process can be stopped among them. */
const MESSAGES = 6000;
const large: Files = {
  ...workspace,
  "random/2020-09-14.json": Array.from({ length: MESSAGES }, (_, n) => ({
    type: "message",
    user: "U2",
    text: `message ${n} for <@U1>`,
    ts: ts(100_000 + n),
    ...(n % 7 === 0 && n > 0 ? { thread_ts: ts(100_000) } : {}),
  })),
};

describe("npm run import", () => {
  it("G3 killed and interrupted in the middle, and run again: everything is there, nothing twice", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const path = writeArchive(join(folder, "export"), large);

      const killed = start(data, path);
      await until(() => stored(data) > 500, "the middle of the first run");
      killed.process.kill("SIGKILL");
      expect((await killed.ended).code).to.equal(null);
      const kept = stored(data);
      expect(kept).to.be.within(500, MESSAGES);

      const interrupted = start(data, path);
      await until(() => stored(data) > kept + 500, "the middle of the second run");
      interrupted.process.kill("SIGINT");
      const { code, stderr } = await interrupted.ended;
      expect(stderr).to.match(/The import was stopped; run it again and it goes on/);
      expect(code).to.equal(1);
      expect(stored(data)).to.be.below(MESSAGES);

      const last = await start(data, path).ended;
      expect(last.stdout).to.match(/6013 records: 6012 imported \(\d+ of them by an earlier run\), 1 skipped/);
      expect(last.stdout).to.match(/verified: 3 conversations, all ok/);
      expect(last.code).to.equal(0);
      // 3 creates, 8 first members, an owner, one who is gone, a record's entry each, an edit, a reaction, an archive.
      expect(stored(data)).to.equal(3 + 8 + 1 + 1 + 6012 + 3);
      expect(count(data, "select count(distinct client_message_id) from entries")).to.equal(
        count(data, "select count(client_message_id) from entries"),
      );
      expect(count(data, "select count(*) from conversations where importing")).to.equal(0);
    }));

  it("says in a sentence what is wrong, and fails", () =>
    withFolder(async (folder) => {
      const { code, stderr } = await start(join(folder, "data"), join(folder, "nowhere")).ended;
      expect(stderr.trim()).to.equal(`${join(folder, "nowhere")}: there is no such folder or zip`);
      expect(code).to.equal(1);
    }));

  it("while another process has the folder says so, and how to import there", () =>
    withFolder(async (folder) => {
      const data = join(folder, "data");
      const path = writeArchive(join(folder, "export"), workspace);
      await withBroker([persistence(onSqlite(data))], async () => {
        const { code, stderr } = await start(data, path).ended;
        expect(stderr).to.match(/The data folder \S+ is in use by another process/);
        expect(stderr).to.include(`call importer.run --path ${path}`);
        expect(code).to.equal(1);
      });
    }));

  it("brings the corpus in: 148 channels, 916 people, 9,189 records accounted for, every log verified", function () {
    if (!existsSync(CORPUS)) {
      console.log(`      skipped: the corpus is not at ${CORPUS}`);
      return this.skip();
    }
    return withFolder(async (data) => {
      const { code, stdout } = await start(data, CORPUS).ended;
      expect(stdout).to.include("148 conversations, 916 people, 10 applications");
      expect(stdout).to.include("9189 records: 9188 imported (0 of them by an earlier run), 1 skipped");
      expect(stdout).to.include("skipped 1: a join of somebody who is in already");
      expect(stdout).to.include("note: 59 messages name their files, which stay where they are");
      expect(stdout).to.include("note: 19 replies whose root is not there became plain messages: ");
      expect(stdout).to.include("verified: 148 conversations, all ok");
      expect(code).to.equal(0);
      expect(count(data, "select count(*) from entries where type = 'message'")).to.equal(7932);
      expect(count(data, "select count(*) from entries where type = 'edit'")).to.equal(595);
      expect(count(data, "select count(*) from entries where type = 'purpose'")).to.equal(2);
      expect(count(data, "select count(*) from entries where reply_to is not null")).to.equal(628);
    });
  });
});

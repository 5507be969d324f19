import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { Thread } from "../../../mixins/thread.ts";
import type { Document } from "../../../services/search/engines/engine.ts";
import type { Answer, Question } from "../../../services/search/engines/fts5/questions.ts";
import { Fts5 } from "../../../services/search/engines/fts5.ts";
import { parse } from "../../../services/search/query/parse.ts";
import { searchEngineContract } from "../../contracts/search-engine.contract.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";

const here = "01900000-0000-7000-8000-0000000000c1";

async function withFts5(folder: string, use: (engine: Fts5) => Promise<void>): Promise<void> {
  const engine = new Fts5(folder);
  await engine.open();
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

searchEngineContract("FTS5", (use) => withFolder((folder) => withFts5(folder, use)));

const documents = (count: number): Document[] =>
  Array.from({ length: count }, (_, index) => ({
    conversationId: here,
    seq: index + 1,
    senderId: here,
    sentAt: new Date(1.7e12 + index).toISOString(),
    version: index + 1,
    text: `needle ${index} ${"some hay and more ".repeat(5)}`,
    thread: false,
  }));
const fill = (engine: Fts5, count: number) =>
  engine.index.apply({ put: documents(count), remove: [], cursors: [{ conversationId: here, seq: count }] });
const needles = async (engine: Fts5) => {
  const { phrases, since, until, link, thread } = parse("needle");
  const lookup = { phrases, since, until, link, thread, conversationIds: [here] };
  return (await engine.find({ ...lookup, sort: "newest", limit: 5000 })).length;
};

/** What may become of the file of a process that is gone. */
const damages: Record<string, (path: string) => void> = {
  "cut off in the middle": (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  "cut off to its first page": (path) => truncateSync(path, 4096),
  "another file": (path) => writeFileSync(path, "not an index ".repeat(1000)),
  "of another version": (path) => copyFileSync(join(path, "../other.db"), path),
};

/** The nice values of this process's threads, on Linux (proc(5)). */
const priorities = () =>
  readdirSync("/proc/self/task").map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });

describe("an index of FTS5", () => {
  it("is filled by a thread that gives way to all others, and asked by one that doesn't", function () {
    if (process.platform !== "linux") this.skip();
    return withFolder((folder) =>
      withFts5(folder, async (engine) => {
        const running = (nice: number) => priorities().filter((one) => one === nice).length;
        const givingWay = running(5);
        await fill(engine, 1);
        const others = running(0);
        await needles(engine);
        expect(running(5), "the one that fills").to.equal(givingWay + 1);
        expect(running(0), "the one that looks").to.equal(others + 1);
      }),
    );
  });

  it("is there again after a restart, with its cursors", () =>
    withFolder(async (folder) => {
      await withFts5(folder, (engine) => fill(engine, 3));
      await withFts5(folder, async (engine) => {
        expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq: 3 }]);
        expect(await needles(engine)).to.equal(3);
      });
    }));

  for (const [name, damage] of Object.entries(damages)) {
    it(`that is found ${name} is said to be lost, and begins from 0`, () =>
      withFolder(async (folder) => {
        await withFolder(async (other) => {
          await withFts5(other, (engine) => fill(engine, 1));
          const bytes = join(other, "search.db");
          copyFileSync(bytes, join(folder, "other.db"));
          const { default: Database } = await import("better-sqlite3");
          const db = new Database(join(folder, "other.db"));
          db.pragma("user_version = 99");
          db.close();
        });
        await withFts5(folder, (engine) => fill(engine, 2000));
        damage(join(folder, "search.db"));
        await withFts5(folder, async (engine) => {
          const reasons: string[] = [];
          engine.onLost((reason) => reasons.push(reason));
          // Whether the damage shows at the first or a later look is the file's to say.
          await engine.index.cursors().catch(() => {});
          await needles(engine).catch(() => {});
          await until(async () => reasons.length === 1 && (await engine.index.cursors()).length === 0, "the loss");
          await fill(engine, 7);
          expect(await needles(engine)).to.equal(7);
          expect(reasons).to.have.length(1);
        });
      }));
  }

  it("that is taken away under the process before anybody looked into it is said to be lost, and begins from 0", () =>
    withFolder((folder) =>
      withFts5(folder, async (engine) => {
        const reasons: string[] = [];
        engine.onLost((reason) => reasons.push(reason));
        await fill(engine, 3);
        for (const file of readdirSync(folder).filter((name) => name.startsWith("search.db")))
          rmSync(join(folder, file));
        const looked: unknown = await needles(engine).catch((error) => error);
        expect(looked, "not that there is nothing").not.to.equal(0);
        await until(async () => reasons.length === 1 && (await engine.index.cursors()).length === 0, "the loss");
        await fill(engine, 3);
        expect(await needles(engine)).to.equal(3);
      }),
    ));

  it("leaves lookups that nobody waits for any more alone: after a slow one they would keep all others waiting", () =>
    withFolder(async (folder) => {
      await withFts5(folder, (engine) => fill(engine, 1));
      const worker = new URL("../../../services/search/engines/fts5/fts5.worker.ts", import.meta.url);
      const workerData = { path: join(folder, "search.db"), makes: false, nice: 0 };
      const finder = new Thread<string, string>(() => new Worker(worker, { workerData }));
      const ask = async (question: Question): Promise<Answer> => JSON.parse(await finder.ask(JSON.stringify(question)));
      const { phrases, link, thread } = parse("needle");
      const asked = { phrases, since: null, until: null, link, thread, conversationIds: [here] };
      const find = (now: number) => ask({ type: "find", lookup: { ...asked, sort: "newest", limit: 5, now } });
      expect(await find(Date.now() - 60_000)).to.have.property("type", "failed");
      expect(await find(Date.now())).to.have.property("type", "hits");
      await finder.end(JSON.stringify({ type: "close" }));
    }));

  it("takes what was written to it under a process that was killed: nothing, or all of a change with its cursor", () =>
    withFolder(async (folder) => {
      await withFolder(async (living) =>
        withFts5(living, async (engine) => {
          await fill(engine, 500);
          for (const file of readdirSync(living).filter((name) => name.startsWith("search.db")))
            copyFileSync(join(living, file), join(folder, file));
        }),
      );
      truncateSync(join(folder, "search.db-wal"), Math.floor(statSync(join(folder, "search.db-wal")).size * 0.7));
      await withFts5(folder, async (engine) => {
        const [cursor] = await engine.index.cursors();
        expect(await needles(engine)).to.equal(cursor?.seq ?? 0);
      });
    }));

  it("is one process's alone", () =>
    withFolder(async (folder) => {
      await withFts5(folder, async () => {
        const refused: unknown = await new Fts5(folder).open().catch((error) => error);
        expect(String(refused)).to.include(folder).and.include("in use by another process");
      });
      await withFts5(folder, async () => {});
    }));

  it("leaves nothing behind of a rebuild that was never done", () =>
    withFolder(async (folder) => {
      await withFts5(folder, async (engine) => {
        await fill(engine, 1);
        const rebuild = await engine.rebuild();
        await rebuild.apply({ put: documents(2), remove: [], cursors: [] });
        expect(existsSync(join(folder, "search-next.db"))).to.equal(true);
      });
      expect(readdirSync(folder).filter((name) => name.startsWith("search-next"))).to.deep.equal([]);
      writeFileSync(join(folder, "search-next.db"), "left by a process that was killed");
      await withFts5(folder, async (engine) => {
        expect(await needles(engine)).to.equal(1);
        await (await engine.rebuild()).adopt();
        expect(await needles(engine)).to.equal(0);
      });
    }));

  it("refuses lookups in bounded time and number when it can't keep up", () =>
    withFolder((folder) =>
      withFts5(folder, async (engine) => {
        await fill(engine, 1000);
        const asked = await Promise.allSettled(Array.from({ length: 500 }, () => needles(engine)));
        const refused = asked.filter(({ status }) => status === "rejected");
        expect(refused.length).to.be.greaterThan(0);
        for (const one of refused) expect(one).to.have.nested.property("reason.type", "unavailable");
        expect(await needles(engine)).to.equal(1000);
      }),
    ));
});

import { expect } from "chai";
import type { LogCursor } from "../../../contract/actions/readers.ts";
import type { WireEntry } from "../../../contract/entry.ts";
import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import { LogReader } from "../../../mixins/log-reader/log-reader.ts";
import { until } from "../../support/until.ts";
import { entriesOf } from "./entries.ts";

const head = (seq: number) => ({ seq, hash: "0".repeat(64) });

/** Logs in memory, and what a reader of them took. */
class World {
  readonly logs = new Map<string, WireEntry[]>();
  readonly fanOut = new LocalFanOut();
  readonly taken: string[] = [];
  readonly failures: unknown[] = [];
  readonly kept = new Map<string, number>();
  /** Entries that somebody has removed behind the router's back. */
  readonly removed = new Set<string>();
  /** Entries that were read, rather than told. */
  read = 0;
  /** What fails of what it does next. */
  broken: "cursors" | "take" | "follow" | "logs" | undefined;

  grow(conversationId: string, by: number, told: "told" | "lost" | "head alone"): void {
    const log = this.logs.get(conversationId) ?? [];
    const more = entriesOf(conversationId, log.length, by);
    this.logs.set(conversationId, [...log, ...more]);
    const entries = told === "told" ? more : [];
    if (told !== "lost") this.fanOut.announce({ conversationId, head: head(log.length + by), entries });
  }

  reader(): LogReader {
    return new LogReader({
      fanOut: this.fanOut,
      log: {
        logs: async (after = "") => {
          this.#mayFail("logs");
          const ids = [...this.logs.keys()].sort().filter((id) => id > after);
          const logs = ids.slice(0, 2).map((id) => ({ conversationId: id, seq: this.logs.get(id)?.length ?? 0 }));
          return { logs, next: ids.length > 2 ? (logs.at(-1)?.conversationId ?? null) : null };
        },
        follow: async (cursors: LogCursor[]) => {
          this.#mayFail("follow");
          const entries = cursors.flatMap((cursor) =>
            (this.logs.get(cursor.conversationId) ?? [])
              .filter(({ conversationId, seq }) => seq > cursor.seq && !this.removed.has(`${conversationId}${seq}`))
              .slice(0, 3),
          );
          this.read += entries.length;
          return entries;
        },
      },
      taker: {
        cursors: async () => {
          this.#mayFail("cursors");
          return [...this.kept].map(([conversationId, seq]) => ({ conversationId, seq }));
        },
        take: async (entries, cursors) => {
          this.#mayFail("take");
          this.taken.push(...entries.map(({ conversationId, seq }) => `${conversationId}${seq}`));
          for (const { conversationId, seq } of cursors) this.kept.set(conversationId, seq);
        },
      },
      failed: (error) => this.failures.push(error),
    });
  }

  #mayFail(what: World["broken"]): void {
    if (this.broken !== what) return;
    this.broken = undefined;
    throw new Error(what);
  }
}

async function reading(world: World, use: (reader: LogReader) => Promise<unknown>): Promise<void> {
  const reader = world.reader();
  reader.start();
  try {
    await use(reader);
  } finally {
    await reader.stop();
  }
}

const all = (world: World) => world.logs.values().reduce((sum, log) => sum + log.length, 0);
const caughtUp = (world: World, reader: LogReader) =>
  until(() => reader.isCurrent && world.kept.values().reduce((sum, seq) => sum + seq, 0) === all(world), "all taken");

describe("a reader of all logs", () => {
  it("finds what was there when it starts, and takes what is announced without reading it", async () => {
    const world = new World();
    for (const id of ["a", "b", "c", "d", "e"]) world.grow(id, 4, "lost");
    await reading(world, async (reader) => {
      await caughtUp(world, reader);
      expect(world.read).to.be.greaterThan(19);
      const { read } = world;
      world.grow("b", 3, "told");
      world.grow("f", 2, "told");
      await caughtUp(world, reader);
      expect(world.read).to.equal(read);
    });
    expect(world.taken.length).to.equal(all(world));
    expect(world.taken.filter((one) => one.startsWith("b"))).to.deep.equal(["b1", "b2", "b3", "b4", "b5", "b6", "b7"]);
  });

  it("reads what it was told the head of, and finds what it was not told of at all", async () => {
    const world = new World();
    await reading(world, async (reader) => {
      world.grow("a", 2, "told");
      world.grow("a", 2, "head alone");
      await caughtUp(world, reader);
      world.grow("a", 1, "lost");
      world.grow("b", 7, "lost");
      await until(() => world.kept.get("a") === 5 && world.kept.get("b") === 7, "the comparison");
      expect(reader.behind).to.equal(0);
    });
    expect(new Set(world.taken).size).to.equal(world.taken.length);
  });

  it("goes on where it was, after a stop", async () => {
    const world = new World();
    world.grow("a", 5, "lost");
    await reading(world, (reader) => caughtUp(world, reader));
    world.grow("a", 3, "lost");
    await reading(world, async (reader) => {
      await caughtUp(world, reader);
      expect(reader.cursorOf("a")).to.equal(8);
      expect(reader.cursorOf("b")).to.equal(0);
    });
    expect(world.taken).to.deep.equal(["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]);
  });

  for (const broken of ["cursors", "logs", "follow", "take"] as const) {
    it(`says once that ${broken} fails, and goes on by itself without leaving anything out`, async () => {
      const world = new World();
      world.grow("a", 5, "lost");
      world.broken = broken;
      await reading(world, (reader) => caughtUp(world, reader));
      expect(world.failures.map(String)).to.deep.equal([`Error: ${broken}`]);
      expect(world.taken).to.deep.equal(["a1", "a2", "a3", "a4", "a5"]);
    });
  }

  it("takes what is left of a log of which entries were removed, and is not kept by it from any other", async () => {
    const world = new World();
    world.grow("a", 9, "lost");
    world.grow("b", 5, "lost");
    for (const removed of ["a1", "a5", "a6", "a9"]) world.removed.add(removed);
    await reading(world, async (reader) => {
      await until(() => world.kept.get("a") === 8 && world.kept.get("b") === 5, "what is left");
      await until(() => reader.behind === 0, "nothing to be lacking");
    });
    expect(world.taken.filter((one) => one.startsWith("a"))).to.deep.equal(["a2", "a3", "a4", "a7", "a8"]);
  });

  it("covers another that knows of more than the logs have now", async () => {
    const world = new World();
    world.grow("a", 5, "lost");
    world.kept.set("a", 7).set("gone", 3);
    const other = world.reader();
    other.start();
    await until(() => other.cursorOf("gone") === 3, "its cursors");
    await other.stop();
    world.kept.clear();
    await reading(world, async (reader) => {
      await caughtUp(world, reader);
      expect(reader.covers(other)).to.equal(true);
    });
  });

  it("covers another once it has taken all that the other has", async () => {
    const world = new World();
    world.grow("a", 5, "lost");
    await reading(world, async (reader) => {
      await caughtUp(world, reader);
      world.kept.clear();
      const other = world.reader();
      expect([other.covers(reader), reader.covers(other)]).to.deep.equal([false, true]);
    });
  });
});

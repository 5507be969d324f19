import { expect } from "chai";
import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import { LogReader, type Taker } from "../../../mixins/log-reader/log-reader.ts";
import type { Index } from "../../../services/search/engines/engine.ts";
import { Indexing } from "../../../services/search/indexing.ts";
import { until } from "../../support/until.ts";
import { entriesOf } from "../log-reader/entries.ts";

/** An index in memory: of each conversation, how far. */
class MemoryIndex implements Index {
  readonly kept = new Map<string, number>();
  isLost = false;

  async cursors() {
    if (this.isLost) throw new Error("it is lost");
    return [...this.kept].map(([conversationId, seq]) => ({ conversationId, seq }));
  }

  async apply({ cursors }: Parameters<Index["apply"]>[0]) {
    if (this.isLost) throw new Error("it is lost");
    for (const { conversationId, seq } of cursors) this.kept.set(conversationId, seq);
  }
}

const LENGTH = 20;

/** One log, an engine in memory, and the reader that fills it. */
function world() {
  const fanOut = new LocalFanOut();
  const log = {
    entries: entriesOf("c", 0, LENGTH),
    /** Whether nothing can be read. */
    isStuck: false,
    grow() {
      log.entries.push(...entriesOf("c", log.entries.length, 1));
      fanOut.announce({ conversationId: "c", head: { seq: log.entries.length, hash: "" }, entries: [] });
    },
  };
  const engine = {
    index: new MemoryIndex(),
    lost: (_reason: string) => {},
    onLost: (listener: (reason: string) => void) => {
      engine.lost = listener;
    },
    /** What is being built. */
    next: undefined as MemoryIndex | undefined,
    async rebuild() {
      const next = new MemoryIndex();
      engine.next = next;
      return {
        get lost() {
          return next.isLost ? "it was removed" : undefined;
        },
        cursors: () => next.cursors(),
        apply: (changes: Parameters<Index["apply"]>[0]) => next.apply(changes),
        adopt: async () => {
          engine.index.isLost = true;
          engine.index = next;
        },
        abandon: async () => {},
      };
    },
  };
  const taker = (index: Index): Taker => ({
    cursors: () => index.cursors(),
    take: (_entries, cursors) => index.apply({ put: [], remove: [], cursors }),
  });
  const warnings: string[] = [];
  const indexing = new Indexing({
    engine,
    taker,
    follow: (one) =>
      new LogReader({
        log: {
          logs: async () => ({ logs: [{ conversationId: "c", seq: log.entries.length }], next: null }),
          follow: async ([{ seq } = { seq: 0 }]) => {
            if (log.isStuck) throw new Error("the log does not answer");
            return log.entries.slice(seq, seq + 5);
          },
        },
        fanOut,
        taker: one,
        failed: () => {},
      }),
    warn: (sentence) => warnings.push(sentence),
  });
  return { engine, indexing, warnings, log };
}

const isFull = ({ kept }: MemoryIndex) => until(() => kept.get("c") === LENGTH, "the index to be filled");

describe("keeping an index up with the logs", () => {
  it("fills the next one from its beginning when one is lost, with one warning, and leaves the lost one alone", async () => {
    const { engine, indexing, warnings } = world();
    indexing.start();
    await isFull(engine.index);
    const lost = engine.index;
    lost.isLost = true;
    engine.index = new MemoryIndex();
    engine.lost("it is full of holes");
    await isFull(engine.index);
    expect(warnings).to.deep.equal([
      "The index was lost (it is full of holes); what is in its place is filled from the log",
    ]);
    await until(() => indexing.cursorOf("c") === LENGTH, "the new reader");
    await indexing.stop();
  });

  it("swaps to a rebuilt one that has all that the old one has, and follows with it", async () => {
    const { engine, indexing } = world();
    indexing.start();
    await isFull(engine.index);
    const old = engine.index;
    expect(await indexing.reindex()).to.equal(LENGTH);
    expect(engine.index).not.to.equal(old);
    expect(engine.index.kept.get("c")).to.equal(LENGTH);
    await until(() => indexing.cursorOf("c") === LENGTH, "the reader of the new one");
    await indexing.stop();
  });

  it("follows with the rebuilt one also where the old one was lost meanwhile", async () => {
    const { engine, indexing, log } = world();
    indexing.start();
    await isFull(engine.index);
    log.isStuck = true;
    const rebuilt = indexing.reindex();
    await until(() => engine.next !== undefined, "the rebuild");
    engine.index.isLost = true;
    engine.index = new MemoryIndex();
    engine.lost("it is full of holes");
    log.isStuck = false;
    await rebuilt;
    expect(engine.index).to.equal(engine.next);
    log.grow();
    await until(() => engine.index.kept.get("c") === LENGTH + 1, "the index that answers to be kept up");
    await indexing.stop();
  });

  it("gives a rebuild up that is lost, says why, and may begin another", async () => {
    const { engine, indexing, log } = world();
    indexing.start();
    await isFull(engine.index);
    log.isStuck = true;
    const rebuilt: Promise<unknown> = indexing.reindex().catch((error) => error);
    await until(() => engine.next !== undefined, "the rebuild");
    if (engine.next) engine.next.isLost = true;
    expect(await rebuilt)
      .to.have.property("message")
      .that.matches(/it was removed/);
    log.isStuck = false;
    expect(await indexing.reindex()).to.equal(LENGTH);
    await indexing.stop();
  });

  it("swaps also where the old one knows of logs that are no more, a backup having been restored", async () => {
    const { engine, indexing } = world();
    engine.index.kept.set("gone", 7);
    indexing.start();
    await isFull(engine.index);
    expect(await indexing.reindex()).to.equal(LENGTH);
    expect([...engine.index.kept.keys()]).to.deep.equal(["c"]);
    await indexing.stop();
  });

  it("gives a rebuild up when the service stops", async () => {
    const { indexing } = world();
    indexing.start();
    const rebuilt: Promise<unknown> = indexing.reindex().catch((error) => error);
    await indexing.stop();
    expect(await rebuilt).to.have.property("type", "unavailable");
  });
});

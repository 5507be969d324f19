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
  const log = entriesOf("c", 0, LENGTH);
  const engine = {
    index: new MemoryIndex(),
    lost: (_reason: string) => {},
    onLost: (listener: (reason: string) => void) => {
      engine.lost = listener;
    },
    async rebuild() {
      const next = new MemoryIndex();
      return {
        cursors: () => next.cursors(),
        apply: (changes: Parameters<Index["apply"]>[0]) => next.apply(changes),
        adopt: async () => {
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
          logs: async () => ({ logs: [{ conversationId: "c", seq: LENGTH }], next: null }),
          follow: async ([{ seq } = { seq: 0 }]) => log.slice(seq, seq + 5),
        },
        fanOut: new LocalFanOut(),
        taker: one,
        failed: () => {},
      }),
    warn: (sentence) => warnings.push(sentence),
  });
  return { engine, indexing, warnings };
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

  it("gives a rebuild up when the service stops", async () => {
    const { indexing } = world();
    indexing.start();
    const rebuilt: Promise<unknown> = indexing.reindex().catch((error) => error);
    await indexing.stop();
    expect(await rebuilt).to.have.property("type", "unavailable");
  });
});

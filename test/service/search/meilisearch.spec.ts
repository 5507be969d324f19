import { expect } from "chai";
import type { Changes, Document, Engine } from "../../../services/search/engines/engine.ts";
import { settings } from "../../../services/search/engines/meilisearch/settings.ts";
import { parse } from "../../../services/search/query/parse.ts";
import { searchEngineContract } from "../../contracts/search-engine.contract.ts";
import { clientOf, describeOnMeilisearch, newUid, sharedMeilisearch, withEngine } from "../../support/meilisearch.ts";
import { until } from "../../support/until.ts";

const here = "01900000-0000-7000-8000-0000000000c1";

const documents = (from: number, to: number, text = "needle"): Document[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    conversationId: here,
    seq: from + index,
    senderId: here,
    sentAt: new Date(1.7e12 + from + index).toISOString(),
    version: from + index,
    text: `${text} ${from + index}`,
    thread: false,
  }));
const upTo = (seq: number, put: Document[]): Changes => ({
  put,
  remove: [],
  cursors: [{ conversationId: here, seq }],
});
async function needles(engine: Engine, q = "needle"): Promise<number[]> {
  const { phrases, since, until: before, link, thread } = parse(q);
  const lookup = { phrases, since, until: before, link, thread, conversationIds: [here] };
  return (await engine.find({ ...lookup, sort: "newest", limit: 1000 })).map(({ seq }) => seq);
}

type Client = ReturnType<typeof clientOf>;
const done = (task: ReturnType<Client["deleteIndex"]>) => task.waitTask({ timeout: 60_000 });
const marks = async (client: Client, uid: string, mark: string) =>
  (await client.index(uid).getDocuments({ filter: `mark = ${mark}` })).results;

/** What may become of an index under a process that has written to it. */
const losses: Record<string, (client: Client, uid: string) => Promise<unknown>> = {
  "was deleted": (client, uid) => done(client.deleteIndex(uid)),
  "was emptied": (client, uid) => done(client.index(uid).deleteAllDocuments()),
  "was deleted and made by a stranger's document": async (client, uid) => {
    await done(client.deleteIndex(uid));
    await done(client.index(uid).addDocuments([{ id: "stranger", text: "needle" }]));
  },
  "is of an older version": async (client, uid) => {
    const [generation] = await marks(client, uid, "generation");
    await done(client.index(uid).addDocuments([{ ...generation, generation: "older", version: 0 }]));
  },
  "was set back to before its last change": async (client, uid) => {
    const [writer] = await marks(client, uid, "writer");
    await done(client.index(uid).addDocuments([{ ...writer, changes: 0 }]));
    await done(client.index(uid).deleteDocuments({ filter: "mark = cursor" }));
  },
};

describeOnMeilisearch("Meilisearch", () => {
  searchEngineContract("Meilisearch", async (use) => withEngine(await sharedMeilisearch(), newUid(), use));

  describe("an index in Meilisearch", () => {
    it("is there again after a restart of ours, with its cursors, and with the settings it must have", async () => {
      const [address, uid] = [await sharedMeilisearch(), newUid()];
      await withEngine(address, uid, (engine) => engine.index.apply(upTo(3, documents(1, 3))));
      const index = clientOf(address).index(uid);
      await done(index.updateSettings({ rankingRules: ["words"], pagination: { maxTotalHits: 1 } }));
      await withEngine(address, uid, async (engine) => {
        expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq: 3 }]);
        expect(await needles(engine)).to.deep.equal([3, 2, 1]);
        expect(await index.getSettings()).to.deep.include({ rankingRules: settings.rankingRules });
      });
    });

    for (const [name, happens] of Object.entries(losses)) {
      it(`that ${name} is noticed at the next change, and begins from 0`, async () => {
        const [address, uid] = [await sharedMeilisearch(), newUid()];
        await withEngine(address, uid, async (engine) => {
          const reasons: string[] = [];
          engine.onLost((reason) => reasons.push(reason));
          await engine.index.apply(upTo(9, documents(1, 9)));
          await happens(clientOf(address), uid);
          const refused: unknown = await engine.index.apply(upTo(10, documents(10, 10))).catch((error) => error);
          expect(refused).to.have.property("type", "unavailable");
          expect(reasons).to.have.length(1);
          expect(await engine.index.cursors()).to.deep.equal([]);
          await engine.index.apply(upTo(2, documents(1, 2, "needle again")));
          expect(await needles(engine, "again")).to.deep.equal([2, 1]);
          expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq: 2 }]);
        });
      });
    }

    it("that is gone is noticed by who looks into it, who is refused and not told that there is nothing", async () => {
      const [address, uid] = [await sharedMeilisearch(), newUid()];
      await withEngine(address, uid, async (engine) => {
        const reasons: string[] = [];
        engine.onLost((reason) => reasons.push(reason));
        await engine.index.apply(upTo(1, documents(1, 1)));
        expect(await needles(engine)).to.deep.equal([1]);
        await done(clientOf(address).deleteIndex(uid));
        const refused: unknown = await needles(engine).catch((error) => error);
        expect(refused).to.have.property("type", "unavailable");
        expect(reasons).to.have.length(1);
        expect(await engine.index.cursors()).to.deep.equal([]);
      });
    });

    it("of a newer version is left alone, and queries are refused", async () => {
      const [address, uid] = [await sharedMeilisearch(), newUid()];
      await withEngine(address, uid, (engine) => engine.index.apply(upTo(1, documents(1, 1))));
      const index = clientOf(address).index(uid);
      const [generation] = await marks(clientOf(address), uid, "generation");
      await done(index.addDocuments([{ ...generation, version: 99 }]));
      await withEngine(address, uid, async (engine) => {
        for (const asked of [needles(engine), engine.index.apply(upTo(2, documents(2, 2)))]) {
          const refused: unknown = await asked.catch((error: unknown) => error);
          expect(refused).to.have.property("type", "unavailable");
        }
        expect((await index.getStats()).numberOfDocuments, "message, cursor, writer, generation").to.equal(4);
      });
    });

    it("leaves out what Meilisearch does not take, says so, and takes all else with its cursors", async () => {
      await withEngine(await sharedMeilisearch(), newUid(), async (engine, heard) => {
        const bad = documents(1, 2).map((one) => ({ ...one, conversationId: "no id for Meilisearch" }));
        const [first, second] = bad;
        if (!first || !second) throw new Error("none");
        const put = [...documents(1, 5), first, ...documents(6, 20), second];
        await engine.index.apply(upTo(20, put));
        expect(await needles(engine)).to.deep.equal(Array.from({ length: 20 }, (_, index) => 20 - index));
        expect(heard.setAside).to.deep.equal(["no id for Meilisearch-1", "no id for Meilisearch-2"]);
        expect(heard.failed).to.have.length.greaterThan(2);
        expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq: 20 }]);
      });
    });

    it("takes a change that is more than one request's", async () => {
      await withEngine(await sharedMeilisearch(), newUid(), async (engine) => {
        const long = Array.from({ length: 2000 }, (_, index) => `word${index}`).join(" ");
        await engine.index.apply(upTo(400, documents(1, 400, long)));
        expect(await needles(engine, "word1999 400")).to.deep.equal([400]);
        expect(await needles(engine, "word1999")).to.have.length(400);
      });
    }).timeout(120_000);
  });

  describe("several processes over one Meilisearch", () => {
    it("may all write: each message is there once, as it is now, and each goes on from the others' cursors", async () => {
      const [address, uid] = [await sharedMeilisearch(), newUid()];
      await withEngine(address, uid, (one) =>
        withEngine(address, uid, async (other) => {
          // They make the index at the same time; who lost has to begin again.
          await until(async () => {
            const all = [one, other].map((engine) => engine.index.apply(upTo(9, documents(1, 9))));
            return (await Promise.allSettled(all)).every(({ status }) => status === "fulfilled");
          }, "both to write");
          for (const engine of [one, other]) expect(await needles(engine)).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1]);
          await withEngine(address, uid, async (third) =>
            expect(await third.index.cursors()).to.deep.equal([{ conversationId: here, seq: 9 }]),
          );
        }),
      );
    });

    it("see no gap when one of them has built the index anew, and go on with the new one", async () => {
      const [address, uid] = [await sharedMeilisearch(), newUid()];
      await withEngine(address, uid, async (one) => {
        await one.index.apply(upTo(3, documents(1, 3)));
        await withEngine(address, uid, async (other) => {
          await other.index.apply(upTo(4, documents(4, 4)));
          const reasons: string[] = [];
          other.onLost((reason) => reasons.push(reason));
          const rebuild = await one.rebuild();
          const conflict: unknown = await other.rebuild().catch((error) => error);
          expect(conflict).to.have.property("type", "conflict");
          await rebuild.apply(upTo(4, documents(1, 4)));
          let isDone = false;
          const adopted = rebuild.adopt().finally(() => {
            isDone = true;
          });
          while (!isDone) expect(await needles(other)).to.deep.equal([4, 3, 2, 1]);
          await adopted;
          expect(await needles(other)).to.deep.equal([4, 3, 2, 1]);
          expect(reasons).to.have.length(1);
          expect(await other.index.cursors()).to.deep.equal([{ conversationId: here, seq: 4 }]);
          await other.index.apply(upTo(5, documents(5, 5)));
          expect(await needles(one)).to.deep.equal([5, 4, 3, 2, 1]);
        });
      });
    });
  });
});

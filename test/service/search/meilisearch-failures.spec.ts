import { expect } from "chai";
import type { Document, Engine } from "../../../services/search/engines/engine.ts";
import { MeilisearchEngine } from "../../../services/search/engines/meilisearch.ts";
import { parse } from "../../../services/search/query/parse.ts";
import {
  clientOf,
  describeOnMeilisearch,
  newUid,
  sharedMeilisearch,
  startMeilisearch,
  withEngine,
} from "../../support/meilisearch.ts";
import { type Recorded, withReplay } from "../../support/replay.ts";
import { until } from "../../support/until.ts";

const here = "01900000-0000-7000-8000-0000000000c1";
const message = (seq: number, text = "needle"): Document => ({
  conversationId: here,
  seq,
  senderId: here,
  sentAt: new Date(1.7e12 + seq).toISOString(),
  version: seq,
  text,
  thread: false,
});
const write = (engine: Engine, ...seqs: number[]) =>
  engine.index.apply({
    put: seqs.map((seq) => message(seq)),
    remove: [],
    cursors: [{ conversationId: here, seq: Math.max(...seqs) }],
  });
async function needles(engine: Engine): Promise<number[]> {
  const { phrases, link, thread } = parse("needle");
  const lookup = { phrases, since: -Infinity, until: Infinity, link, thread, conversationIds: [here] };
  return (await engine.find({ ...lookup, sort: "newest", limit: 100 })).map(({ seq }) => seq);
}
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => "it was answered",
    (error) => error,
  );
const error = (status: number, code: string, type: string, text: string): Recorded => ({
  status,
  body: JSON.stringify({ message: text, code, type, link: `https://docs.meilisearch.com/errors#${code}` }),
});
const failed = (code: string, type: string, text: string): Recorded => {
  const { body } = error(200, code, type, text);
  const task = {
    uid: 7,
    batchUid: 7,
    indexUid: "x",
    status: "failed",
    type: "documentAdditionOrUpdate",
    canceledBy: null,
  };
  return { status: 200, body: JSON.stringify({ ...task, details: null, error: JSON.parse(body), duration: "PT1S" }) };
};

describeOnMeilisearch("a key of Meilisearch", () => {
  it("is made for queries, which may do nothing but search this index; once, for all processes", async () => {
    const [address, uid] = [await sharedMeilisearch(), newUid()];
    for (let turn = 0; turn < 2; turn++)
      await withEngine(address, uid, async (engine) => {
        await write(engine, 1);
        expect(await needles(engine)).to.deep.equal([1]);
      });
    const { results } = await clientOf(address).getKeys({ limit: 1000 });
    const own = results.filter(({ indexes }) => indexes.includes(uid));
    expect(own.map(({ actions, indexes }) => ({ actions, indexes }))).to.deep.equal([
      { actions: ["search"], indexes: [uid] },
    ]);
    const found = clientOf({ url: address.url, key: own[0]?.key }).index(uid);
    expect((await found.search("", { filter: "seq = 1" })).hits).to.have.length.greaterThan(0);
    expect(await refusal(found.getDocuments())).to.have.nested.property("cause.code", "invalid_api_key");
  });

  it("that was removed is made again", async () => {
    const [address, uid] = [await sharedMeilisearch(), newUid()];
    await withEngine(address, uid, async (engine) => {
      await write(engine, 1);
      await needles(engine);
      const { results } = await clientOf(address).getKeys({ limit: 1000 });
      await clientOf(address).deleteKey(results.find(({ indexes }) => indexes.includes(uid))?.uid ?? "");
      expect(await refusal(needles(engine))).to.have.property("type", "unavailable");
      expect(await needles(engine)).to.deep.equal([1]);
    });
  });

  it("that may make none is used for queries too", async () => {
    const [{ url, key }, uid] = [await sharedMeilisearch(), newUid()];
    const given = await clientOf({ url, key }).createKey({
      actions: ["search", "documents.*", "indexes.*", "settings.*", "tasks.get"],
      // A swap is a task of no index: a key of some indexes alone may order it, and is not told that it is done.
      indexes: ["*"],
      expiresAt: null,
    });
    await withEngine({ url, key: given.key }, uid, async (engine) => {
      await write(engine, 1);
      expect(await needles(engine)).to.deep.equal([1]);
      const rebuild = await engine.rebuild();
      await rebuild.adopt();
      expect(await needles(engine)).to.deep.equal([]);
    });
    await clientOf({ url, key }).deleteKey(given.uid);
  });

  it("that is none keeps the process from starting, with a sentence that doesn't tell it", async () => {
    const { url } = await sharedMeilisearch();
    const events = { failed: () => {}, setAside: () => {} };
    const refused = await refusal(new MeilisearchEngine({ url, key: "a-wrong-key" }, events, newUid()).open());
    expect(refused).to.have.property("name", "CannotStart");
    expect(String(refused)).to.include("MEILI_KEY").and.not.include("a-wrong-key");
  });
});

describeOnMeilisearch("a Meilisearch that is down or slow", () => {
  it("killed and started again it is waited for by who starts, refuses who asks, and goes on with what it has", async () => {
    const server = await startMeilisearch();
    const uid = newUid();
    try {
      await withEngine(server, uid, async (engine) => {
        await write(engine, 1);
        await server.kill();
        expect(await refusal(needles(engine))).to.have.property("type", "unavailable");
        expect(await refusal(write(engine, 2))).to.have.property("type", "unavailable");
        await withEngine(server, uid, async (begun) => {
          expect(await refusal(needles(begun))).to.have.property("type", "unavailable");
          expect(await refusal(begun.index.cursors())).to.have.property("type", "unavailable");
          await server.start();
          expect(await begun.index.cursors()).to.deep.equal([{ conversationId: here, seq: 1 }]);
          expect(await needles(begun)).to.deep.equal([1]);
        });
        await write(engine, 2);
        expect(await needles(engine)).to.deep.equal([2, 1]);
      });
    } finally {
      await server.remove();
    }
  }).timeout(120_000);

  it("paused it refuses queries all the same, and has what was written when it goes on", async () => {
    const server = await startMeilisearch();
    try {
      await withEngine(server, newUid(), async (engine) => {
        await write(engine, 1);
        expect(await needles(engine)).to.deep.equal([1]);
        process.kill(server.pid, "SIGSTOP");
        const refused = await Promise.all(Array.from({ length: 80 }, () => refusal(needles(engine))));
        expect(new Set(refused.map((one) => JSON.stringify(one)))).to.have.length.at.most(2);
        for (const one of refused) expect(one).to.have.property("type", "unavailable");
        process.kill(server.pid, "SIGCONT");
        await write(engine, 2);
        expect(await needles(engine)).to.deep.equal([2, 1]);
      });
    } finally {
      await server.remove();
    }
  }).timeout(120_000);
});

/** In the words of Meilisearch 1.50, and of proxies before it. */
const troubles: Record<string, Recorded | "hang" | "cut"> = {
  "too many searches": error(503, "too_many_search_requests", "system", "Too many search requests running at once"),
  "a proxy's 429": { status: 429, body: "Too Many Requests" },
  "a proxy's 502 in HTML": { status: 502, body: "<html>Bad Gateway</html>" },
  "a 200 that is none of its own": { status: 200, body: '{"hello": "world"}' },
  "a 200 that is no JSON": { status: 200, body: "<html>Welcome</html>" },
  "a connection that is cut": "cut",
  "no answer": "hang",
};

describeOnMeilisearch("recorded failures of Meilisearch", () => {
  it("refuse queries, whatever they are, and nothing is left of them", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, (replay) =>
      withEngine({ url: replay.url, key }, newUid(), async (engine) => {
        await write(engine, 1);
        for (const [name, answer] of Object.entries(troubles)) {
          replay.answer(/^POST \/multi-search/, answer, 1);
          const refused = await refusal(needles(engine));
          expect(refused, name).to.have.property("type", "unavailable");
          expect(refused, "what is within is not told").to.have.property("message").that.not.includes("127.0.0.1");
          expect(await needles(engine), name).to.deep.equal([1]);
        }
      }),
    );
  }).timeout(60_000);

  it("of the key for queries: who asks is refused in the time of a query, not in that of a key", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, (replay) =>
      withEngine({ url: replay.url, key }, newUid(), async (engine) => {
        await write(engine, 1);
        replay.answer(/^GET \/keys\//, "hang", 1);
        expect(await refusal(needles(engine)))
          .to.have.property("message")
          .that.includes("too long");
      }),
    );
  }).timeout(60_000);

  it("of a task: it is told, the cursor stays, and the same change is taken when it is tried again", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, (replay) =>
      withEngine({ url: replay.url, key }, newUid(), async (engine, heard) => {
        await write(engine, 1);
        for (const [seq, answer] of [
          failed("no_space_left_on_device", "system", "No space left on device (os error 28)"),
          failed("internal", "internal", "MDB_CORRUPTED: Located page was wrong type"),
          { status: 200, body: '{"uid": 7, "status": "canceled", "error": null}' },
        ].entries()) {
          const told = heard.failed.length;
          replay.answer(/^GET \/tasks\//, answer, 1);
          expect(await refusal(write(engine, 2 + seq))).to.have.property("type", "unavailable");
          expect(heard.failed).to.have.length(told + 1);
          await write(engine, 2 + seq);
        }
        expect(heard.setAside, "no message's fault").to.deep.equal([]);
        expect(await needles(engine)).to.deep.equal([4, 3, 2, 1]);
      }),
    );
  });

  it("of a request to write: the change is refused, and taken when it is tried again", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, (replay) =>
      withEngine({ url: replay.url, key }, newUid(), async (engine) => {
        await write(engine, 1);
        let seq = 1;
        for (const [name, answer] of Object.entries(troubles)) {
          if (answer === "hang") continue;
          seq += 1;
          replay.answer(/^POST \/indexes\/[^/]+\/documents\?/, answer, 1);
          expect(await refusal(write(engine, seq)), name).to.have.property("type", "unavailable");
          await write(engine, seq);
        }
        const all = Array.from({ length: seq }, (_, index) => seq - index);
        expect(await needles(engine)).to.deep.equal(all);
        expect(await engine.index.cursors()).to.deep.equal([{ conversationId: here, seq }]);
      }),
    );
  });

  it("of a request that is too large: it is cut, and what is too large alone is left out", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, (replay) =>
      withEngine({ url: replay.url, key }, newUid(), async (engine, heard) => {
        await write(engine, 1);
        const answer = error(
          413,
          "payload_too_large",
          "invalid_request",
          "The provided payload reached the size limit",
        );
        // The change, its first half, and the first message of that.
        replay.answer(/^POST \/indexes\/[^/]+\/documents\?/, answer, 3);
        await write(engine, 2, 3, 4, 5);
        expect(await needles(engine)).to.deep.equal([5, 4, 3, 1]);
        expect(heard.setAside).to.deep.equal([`${here}-2`]);
      }),
    );
  });

  it("of which the index is made: it is made by who asks next", async () => {
    const { url, key } = await sharedMeilisearch();
    await withReplay(url, async (replay) => {
      replay.answer(/^PATCH \/indexes\/[^/]+\/settings/, { status: 429, body: "Too Many Requests" }, 2);
      await withEngine({ url: replay.url, key }, newUid(), async (engine) => {
        await until(async () => (await refusal(engine.index.cursors())) === "it was answered", "the index to be made");
        await write(engine, 1);
        expect(await needles(engine)).to.deep.equal([1]);
      });
    });
  });
});

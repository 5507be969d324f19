import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { call } from "../../../mixins/call.ts";
import { meterOf } from "../../../mixins/metrics/meter.ts";
import { search } from "../../../services/search/search.service.ts";
import { freePort } from "../../support/free-port.ts";
import { describeOnMeilisearch, startMeilisearch } from "../../support/meilisearch.ts";
import { meta, people, room, wire } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

type Person = { principalId: string; handle: string };

async function say(broker: ServiceBroker, who: Person, to: string, text: string): Promise<number> {
  const sent = await call(broker, "router.send", { to, text }, meta(who));
  if (!("seq" in sent)) throw new Error("not sent to a conversation");
  return sent.seq;
}

/** Seqs of all that somebody finds, newest first. */
async function found(broker: ServiceBroker, who: Person, q: string): Promise<number[]> {
  const seqs: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const params = { q, sort: "newest" as const, limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await call(broker, "search.query", params, meta(who));
    seqs.push(...page.items.map(({ seq }) => seq));
    if (page.next === null) return seqs;
    cursor = page.next;
  }
}
const caughtUp = (broker: ServiceBroker, who: Person) =>
  until(async () => {
    const answer = await call(broker, "search.query", { q: "from:@ana" }, meta(who)).catch(() => undefined);
    return answer?.behind === 0;
  }, "the index to catch up");

/** One broker after the other on one folder; all that is known of the first is given on. */
async function inTurn(folder: string, ...turns: ((broker: ServiceBroker) => Promise<void>)[]): Promise<void> {
  for (const turn of turns) await withBroker([...wire(folder), search({ data: folder })], turn);
}

/** Messages come and go while an index is built anew. */
async function rebuilds(broker: ServiceBroker): Promise<void> {
  const [ana] = await people(broker, "ana");
  if (!ana) throw new Error("nobody");
  const rooms = await Promise.all(Array.from({ length: 40 }, () => room(broker, ana)));
  const id = rooms[0] ?? "";
  for (const one of rooms) for (let i = 0; i < 20; i++) await say(broker, ana, one, `hay ${i}`);
  const lasting: number[] = [];
  for (let i = 0; i < 5; i++) lasting.unshift(await say(broker, ana, id, `needle ${i}`));
  await caughtUp(broker, ana);
  let isDone = false;
  const rebuilt = call(broker, "search.reindex", {}, meta(ana)).finally(() => {
    isDone = true;
  });
  const second: unknown = await call(broker, "search.reindex", {}, meta(ana)).catch((error) => error);
  expect(second).to.have.property("type", "conflict");
  let answers = 0;
  for (let i = 0; !isDone; i++) {
    await say(broker, ana, rooms[i % 40] ?? "", `more hay ${i}`);
    expect(await found(broker, ana, "needle")).to.deep.equal(lasting);
    answers++;
  }
  expect(answers).to.be.greaterThan(3);
  expect((await rebuilt).entries).to.be.at.least(40 * 22 + 5);
  lasting.unshift(await say(broker, ana, id, "needle after all"));
  await caughtUp(broker, ana);
  expect(await found(broker, ana, "needle")).to.deep.equal(lasting);
}

describe("the index", () => {
  it("catches up by itself after a stop, with what was sent, edited and redacted meanwhile", () =>
    withFolder(async (folder) => {
      let ana: Person | undefined;
      let id = "";
      const seqs: number[] = [];
      const here = () => {
        if (!ana) throw new Error("nobody");
        return ana;
      };
      await inTurn(folder, async (broker) => {
        [ana] = await people(broker, "ana");
        id = await room(broker, here());
        for (const text of ["needle one", "needle two", "hay"]) seqs.push(await say(broker, here(), id, text));
        await caughtUp(broker, here());
      });
      await withBroker(wire(folder), async (broker) => {
        const [one = 0, two = 0, hay = 0] = seqs;
        await call(broker, "router.redact", { conversationId: id, seq: one }, meta(here()));
        await call(broker, "router.edit", { conversationId: id, seq: two, text: "pin two" }, meta(here()));
        await call(broker, "router.edit", { conversationId: id, seq: hay, text: "a needle in it" }, meta(here()));
        seqs.push(await say(broker, here(), id, "needle three"));
      });
      await inTurn(folder, async (broker) => {
        await caughtUp(broker, here());
        expect(await found(broker, here(), "needle")).to.deep.equal([seqs[3], seqs[2]]);
        expect(await found(broker, here(), "pin")).to.deep.equal([seqs[1]]);
      });
      rmSync(join(folder, "search.db"));
      await inTurn(folder, async (broker) => {
        await caughtUp(broker, here());
        expect(await found(broker, here(), "needle"), "deleted, and there again").to.deep.equal([seqs[3], seqs[2]]);
      });
    }));

  it("is built anew without a gap in answers, while messages come and go", () =>
    withFolder((folder) => inTurn(folder, rebuilds))).timeout(120_000);

  describeOnMeilisearch("in Meilisearch", () => {
    it("is built anew without a gap in answers, while messages come and go", async () => {
      const meilisearch = await startMeilisearch();
      try {
        await withFolder((folder) => withBroker([...wire(folder), search({ data: folder, meilisearch })], rebuilds));
      } finally {
        await meilisearch.remove();
      }
    }).timeout(120_000);
  });

  it("that can't be used refuses queries, and keeps nobody from sending", () =>
    withFolder((folder) =>
      withFolder(async (other) => {
        // A folder where the file should be.
        const broken = search({ data: other });
        mkdirSync(join(other, "search.db"));
        await withBroker([...wire(folder), broken], async (broker) => {
          const [ana] = await people(broker, "ana");
          if (!ana) throw new Error("nobody");
          const id = await room(broker, ana);
          const seq = await say(broker, ana, id, "needle");
          const refused: unknown = await call(broker, "search.query", { q: "needle" }, meta(ana)).catch(
            (error) => error,
          );
          expect(refused).to.have.property("type", "unavailable");
          rmSync(join(other, "search.db"), { recursive: true });
          await caughtUp(broker, ana);
          expect(await found(broker, ana, "needle"), "by itself, once it can be").to.deep.equal([seq]);
        });
      }),
    ));

  it("in a Meilisearch that is not there: who asks is not told where it should be, and failures are counted from 0", () =>
    withFolder(async (folder) => {
      const nowhere = { url: `http://127.0.0.1:${await freePort()}`, key: undefined };
      await withBroker([...wire(folder), search({ data: folder, meilisearch: nowhere })], async (broker) => {
        const [ana] = await people(broker, "ana");
        if (!ana) throw new Error("nobody");
        await room(broker, ana);
        const refused: unknown = await call(broker, "search.query", { q: "x" }, meta(ana)).catch((error) => error);
        expect(refused).to.have.property("type", "unavailable");
        expect(String(refused)).not.to.include("127.0.0.1");
        const told = await meterOf(broker).text();
        for (const name of ["wirehouse_index_tasks_failed_total", "wirehouse_index_set_aside_total"])
          expect(told.split("\n"), "the first is an increase").to.include(`${name} 0`);
      });
    }));

  it("answers to principals alone", () =>
    withFolder((folder) =>
      inTurn(folder, async (broker) => {
        const refused: unknown = await call(broker, "search.query", { q: "x" }).catch((error) => error);
        expect(refused).to.have.property("type", "forbidden");
      }),
    ));
});

import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { refuse } from "../../../contract/errors.ts";
import { call } from "../../../mixins/call.ts";
import { Cursors } from "../../../services/persistence/cursors.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { conversation } from "../../../services/persistence/read/conversations.ts";
import { moved } from "../../../services/persistence/read/cursors.ts";
import { openStore } from "../../../services/persistence/store.ts";
import { until } from "../../support/until.ts";
import { withBroker } from "../../support/with-broker.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = "", cy = ""] = people(3);
const everybody = [ana, bo, cy];

type Step =
  | { do: "post"; who: number; mentions: number[] }
  | { do: "read"; who: number; seq: number }
  | { do: "rejoin"; who: number }
  | { do: "settle" };

/** Unread and mentions by counting the log, as they are promised. */
class Counted {
  readonly entries: { sender?: string; mentions: string[] }[] = [];
  readonly cursors = new Map<string, number>();

  add(entry: { sender?: string; mentions: string[] }): void {
    this.entries.push(entry);
  }

  move(who: string, seq: number): void {
    this.cursors.set(who, Math.max(this.cursors.get(who) ?? 0, Math.min(seq, this.entries.length)));
  }

  state(who: string) {
    const readSeq = this.cursors.get(who) ?? 0;
    const after = this.entries.slice(readSeq).filter(({ sender }) => sender !== undefined);
    return {
      readSeq,
      unread: after.length,
      mentions: after.filter(({ mentions }) => mentions.includes(who)).length,
    };
  }
}

const who = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("post" as const), who, mentions: fc.array(who) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const), who, seq: fc.integer({ min: 0, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rejoin" as const), who: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const) }) },
);

describeStore("read cursors", (withStore, withDatabase) => {
  it("whatever is posted, read, left and joined: unread and mentions are what counting the log gives", () =>
    withDatabase((config) => {
      const service = persistence(config);
      return withBroker([service], (broker) =>
        fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
            const log = new Log();
            const counted = new Counted();
            const conversationId = log.id;
            const append = (appended: ReturnType<Log["message"]>) => call(broker, "persistence.append", appended);
            const joined = async (member: string) => {
              await append(log.join(member));
              counted.add({ mentions: [] });
              counted.cursors.delete(member);
              counted.move(member, log.head.seq);
            };
            await append(log.create(ana));
            counted.add({ mentions: [] });
            counted.add({ mentions: [] });
            counted.move(ana, 2);
            await joined(bo);
            await joined(cy);

            for (const one of steps) {
              if (one.do === "settle") {
                await service.methods.drain();
                continue;
              }
              const member = everybody[one.who] ?? ana;
              if (one.do === "post") {
                const mentions = one.mentions.map((index) => everybody[index] ?? ana);
                await append(log.message(member, { mentions }));
                counted.add({ sender: member, mentions });
                counted.move(member, log.head.seq);
              } else if (one.do === "read") {
                counted.move(member, one.seq);
                const params = { conversationId, seq: one.seq };
                const state = await call(broker, "persistence.markRead", params, { principalId: member });
                expect(state).to.deep.equal(counted.state(member));
              } else {
                await append(log.leave(member));
                counted.add({ mentions: [] });
                await joined(member);
              }
            }
            for (const principalId of everybody) {
              const shown = await call(broker, "persistence.conversation", { conversationId }, { principalId });
              expect(shown).to.include(counted.state(principalId));
            }
          }),
          { numRuns: 60 },
        ),
      );
    }));

  it("are written within a second, without being asked for", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.join(bo), log.message(ana), log.message(ana)]);
      const read = () => store.reader("members").where({ principal_id: ana }).first("read_seq");
      expect((await read()).read_seq).to.equal(2);
      await until(async () => (await read()).read_seq === log.head.seq, "the cursor in the database", 1000);
    }));

  it("of many moves only the furthest is written, and none goes back", () =>
    withStore(async (store) => {
      const log = new Log();
      await stored(store, [log.create(ana), log.join(bo), ...Array.from({ length: 9 }, () => log.message(ana))]);
      let statements = 0;
      const cursors = new Cursors(
        {
          moveCursors: (all) => {
            statements += all.length;
            return store.moveCursors(all);
          },
        },
        () => undefined,
      );
      const at = { conversationId: log.id, principalId: bo };
      for (const seq of [4, 9, 6]) cursors.move({ ...at, seq });
      expect(cursors.pending(log.id, bo)).to.equal(9);
      await cursors.drain();
      expect([statements, cursors.pending(log.id, bo)]).to.deep.equal([1, 0]);
      cursors.move({ ...at, seq: 5 });
      await cursors.settle(bo);
      expect(await moved(store.reader, { conversationId: log.id, seq: 0 }, bo)).to.deep.equal({
        readSeq: 9,
        unread: log.head.seq - 9,
        mentions: 0,
      });
    }));

  it("survive a stop: what is pending is written as the database closes", () =>
    withDatabase(async (config) => {
      const log = new Log();
      const first = await openStore(config, () => undefined);
      await stored(first, [log.create(ana), log.message(ana)]);
      await first.close();
      const second = await openStore(config, () => undefined);
      try {
        expect(await conversation(second.reader, { conversationId: log.id }, ana)).to.include({
          readSeq: 3,
          unread: 0,
        });
      } finally {
        await second.close();
      }
    }));
});

describe("read cursors that could not be written", () => {
  it("stay pending and are tried again", async () => {
    const complaints: string[] = [];
    let works = false;
    let written = 0;
    const cursors = new Cursors(
      {
        moveCursors: async () => {
          if (!works) throw refuse("unavailable", "the disk is full");
          written += 1;
        },
      },
      (reason) => complaints.push(reason),
    );
    cursors.move({ conversationId: "c", principalId: ana, seq: 3 });
    await cursors.drain();
    expect(complaints).to.deep.equal(["the disk is full"]);
    expect(cursors.pending("c", ana)).to.equal(3);
    works = true;
    await until(() => written === 1, "the second try");
    expect(cursors.pending("c", ana)).to.equal(0);
  });

  it("are not written once the database closes, whatever the disk says", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let tries = 0;
      const moveCursors = async () => {
        tries += 1;
        throw refuse("unavailable", "the disk is full");
      };
      const cursors = new Cursors({ moveCursors }, () => undefined);
      cursors.move({ conversationId: "c", principalId: ana, seq: 3 });
      await Promise.all([cursors.drain(), cursors.close()]);
      expect(tries).to.equal(2);
      cursors.move({ conversationId: "c", principalId: ana, seq: 4 });
      mock.timers.runAll();
      await setImmediate();
      expect(tries).to.equal(2);
    } finally {
      mock.timers.reset();
    }
  });
});

import { expect } from "chai";
import { Audits } from "../../../services/gateway/stream/audits.ts";
import { Online } from "../../../services/gateway/stream/online.ts";
import { until } from "../../support/until.ts";
import { FakeSession, World } from "./stream-world.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** Ana and Bob, each with a session, of whom these are in the conversation. */
async function present(...inside: string[]): Promise<{ world: World; ana: FakeSession }> {
  const world = new World();
  world.commit(
    "c",
    inside.map((join) => ({ join })),
  );
  const [ana, bob] = ["ana", "bob"].map((name) => new FakeSession(name, name, world));
  if (!ana || !bob) throw new Error("nobody is there");
  for (const session of [ana, bob]) {
    session.open();
    await world.settle();
  }
  return { world, ana };
}

describe("who comes and goes while the hub asks", () => {
  it("G4 is kept who has come back since the log was refused to him", async () => {
    const { world, ana } = await present("ana", "bob");
    world.commit("c", [{ leave: "ana" }], "never");
    world.commit("c", ["message"], "head");
    await tick();
    world.step(0);
    world.step(0);
    await tick();
    world.commit("c", [{ join: "ana" }], "never");
    await world.settle();
    world.commit("c", ["message"]);
    expect([ana.position("c"), ana.faults]).to.deep.equal([6, []]);
  });

  it("G4 is kept who comes in the very moment in which an older answer is looked at", async () => {
    for (let moment = 0; moment < 10; moment++) {
      const { world, ana } = await present("bob");
      void world.hub.audit("ana");
      world.step(0);
      world.step(0);
      for (let passed = 0; passed < moment; passed++) await undefined;
      world.commit("c", [{ join: "ana" }]);
      await world.settle();
      world.commit("c", ["message"]);
      expect([ana.position("c"), ana.faults], `after ${moment} turns`).to.deep.equal([3, []]);
    }
  });

  it("G4 is looked for again after a subscription that failed", async () => {
    let isBroken = true;
    const asked: string[] = [];
    const failures: unknown[] = [];
    const audits = new Audits({
      fanOut: {
        subscribed: async () => {
          if (isBroken) throw new Error("the connection is gone");
        },
      },
      log: {
        heads: async (principalId) => {
          asked.push(principalId);
          return [];
        },
      },
      audience: () => undefined,
      missing: () => {},
      failed: (error) => failures.push(error),
    });
    const online = new Online("ana");
    audits.soon(online);
    await until(() => failures.length === 1);
    isBroken = false;
    audits.soon(online);
    await until(() => asked.length === 1, "another look");
  });
});

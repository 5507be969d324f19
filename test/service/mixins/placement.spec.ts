import { expect } from "chai";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { owner } from "../../../mixins/actor/rendezvous.ts";
import { Pulse } from "../../../mixins/pulse.ts";
import { brokerOptions } from "../../../moleculer.config.ts";
import { until } from "../../support/until.ts";

const echo: ServiceSchema = {
  name: "echo",
  actions: {
    placed: { strategy: "Rendezvous", strategyOptions: { key: "key" }, handler: (ctx) => ctx.broker.nodeID },
    anywhere: (ctx) => ctx.broker.nodeID,
  },
};

const keys = Array.from({ length: 60 }, (_, i) => `key ${i}`);

/** Nodes that know each other over Moleculer's in-memory transporter. */
async function withNodes(names: string[], use: (nodes: ServiceBroker[]) => Promise<void>) {
  const nodes = names.map((nodeID) => {
    const broker = new ServiceBroker({
      ...brokerOptions,
      nodeID,
      namespace: "placement",
      transporter: "Fake",
      logger: false,
      skipProcessEventRegistration: true,
    });
    broker.createService(echo);
    return broker;
  });
  try {
    await Promise.all(nodes.map((node) => node.start()));
    for (const node of nodes)
      await until(
        () => node.registry.actions.get("echo.placed")?.count() === names.length,
        "all nodes to know each other",
      );
    await use(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

describe("placement over a transporter", () => {
  const names = ["node-a", "node-b", "node-c"];

  it("sends a placed action to its key's owner, whichever node asks; anything else stays where it is asked", () =>
    withNodes(names, async (nodes) => {
      for (const node of nodes) {
        for (const key of keys) {
          const expected = owner(
            key,
            names.map((id) => ({ id })),
          )?.id;
          expect(await node.call("echo.placed", { key })).to.equal(expected);
        }
        expect(await node.call("echo.anywhere", {})).to.equal(node.nodeID);
        expect(await node.call("echo.placed", {})).to.equal(node.nodeID);
      }
    }));

  it("gives the keys of a node that has left to the others, and moves no other", () =>
    withNodes(names, async ([a, b, c]) => {
      if (!a || !b || !c) throw new Error("three nodes");
      const before = await Promise.all(keys.map((key) => a.call<string, object>("echo.placed", { key })));
      await c.stop();
      await until(() => a.registry.actions.get("echo.placed")?.count() === 2, "the node to be gone");
      const after = await Promise.all(keys.map((key) => a.call<string, object>("echo.placed", { key })));
      expect(before).to.include("node-c");
      expect(after).to.not.include("node-c");
      expect(after.filter((node, i) => node !== before[i] && before[i] !== "node-c")).to.deep.equal([]);
    }));

  it("passes over who says that he can't do his part, himself too, while anybody else is there", () =>
    withNodes(names, async (nodes) => {
      /** What becomes of a look at a node's database; of those not named all is well. */
      const looks = new Map<string, () => Promise<unknown>>();
      const pulses = nodes.map((node) => new Pulse(node, async () => looks.get(node.nodeID)?.()));
      const fails = () => Promise.reject(new Error("the database is gone"));
      const hangs = () => new Promise(() => {});
      for (const pulse of pulses) pulse.start();
      const [first] = nodes;
      const asked = async () => {
        const calls = keys.map(() => first?.call<string, object>("echo.anywhere", {}));
        return [...new Set(await Promise.all(calls))].sort();
      };
      const become = (expected: string[]) =>
        until(async () => String(await asked()) === String(expected), `${expected} to be asked`);
      try {
        expect(await asked()).to.deep.equal(["node-a"]);
        looks.set("node-a", fails);
        await become(["node-b", "node-c"]);
        looks.set("node-b", hangs);
        await become(["node-c"]);
        looks.set("node-c", fails);
        await become(["node-a"]);
      } finally {
        for (const pulse of pulses) pulse.stop();
      }
    })).timeout(30_000);

  it("a node that stops is not asked any more, whatever becomes of its database meanwhile", () =>
    withNodes(["node-a", "node-b"], async ([a, b]) => {
      if (!a || !b) throw new Error("two nodes");
      const gate = Promise.withResolvers<void>();
      b.createService({ name: "slow", methods: { drain: () => gate.promise } });
      let looks = 0;
      const pulse = new Pulse(b, async () => {
        looks += 1;
        throw new Error("the database is gone");
      });
      const offers = () => a.registry.actions.get("echo.anywhere")?.count();
      const stopping = b.stop();
      try {
        await until(() => offers() === 1, "the node to be known as stopping");
        pulse.start();
        await until(() => looks > 1, "two looks");
        expect(offers()).to.equal(1);
      } finally {
        pulse.stop();
        gate.resolve();
        await stopping;
      }
    })).timeout(30_000);
});

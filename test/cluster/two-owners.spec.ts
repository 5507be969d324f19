import { expect } from "chai";
import type { ClusterNode } from "../support/cluster.ts";
import { freePort } from "../support/free-port.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";
import { chaos } from "./chaos/chaos.ts";
import type { Fault } from "./chaos/faults.ts";
import { embedded } from "./chaos/layouts.ts";

/** Registry packets of these nodes do not reach the node any more: it takes them for gone. */
const blind = (node: ClusterNode, others: readonly ClusterNode[]) => {
  const senders = others.map(({ id }) => `"sender":"${id}"`);
  node.proxy.fate = (subject, payload) =>
    /^MOL\.(INFO|HEARTBEAT|DISCOVER)/.test(subject) && senders.some((sender) => payload.includes(sender))
      ? "dropped"
      : "passed";
};

/** Each gateway knows one router only, and each router itself only: both own every conversation. */
const twoOwners: Fault = {
  name: "two owners",
  async inflict({ nodes }) {
    const [routers, gateways] = ["router", "gateway"].map((service) =>
      nodes.filter(({ name }) => name.startsWith(service)),
    );
    for (const [index, router] of routers?.entries() ?? []) {
      const others = routers?.filter((one) => one !== router) ?? [];
      for (const node of [router, gateways?.[index]]) if (node) blind(node, others);
    }
    const gone = (node: ClusterNode) => /disconnected unexpectedly/.test(node.output());
    await until(
      () => [...(routers ?? []), ...(gateways ?? [])].every(gone),
      "each to lose sight of the other's router",
    );
    return {
      what: "two owners",
      spared: true,
      mend: async () => {
        for (const { proxy } of nodes) proxy.fate = () => "passed";
      },
    };
  },
};

/** How often a router's turns were refused, by its metrics. */
async function overruled(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^wirehouse_actor_overruled_total\S* (\d+)/m.exec(text)?.[1] ?? 0);
}

describeOnNats("G2, G3: two owners at once", () => {
  it("cost time, never order or repeats: the head's compare-and-set refuses one of them", async () => {
    const lines: string[] = [];
    const ports = { "router-1": await freePort(), "router-2": await freePort() };
    const layout = structuredClone(embedded);
    for (const [name, port] of Object.entries(ports))
      Object.assign(layout[name] ?? {}, { environment: { METRICS_PORT: String(port) } });
    let refusals = 0;
    const { sends, violations } = await chaos({
      layout,
      seed: 3,
      next: (inflicted) => (inflicted < 2 ? twoOwners : undefined),
      people: 4,
      rooms: 20,
      pace: 5,
      tell: (line) => lines.push(line),
      ended: async () => {
        for (const port of Object.values(ports)) refusals += await overruled(port);
      },
    });
    expect(violations, lines.join("\n")).to.deep.equal([]);
    expect(sends.acknowledged).to.be.greaterThan(500);
    expect(refusals, "turns of stale owners").to.be.greaterThan(20);
  }).timeout(180_000);
});

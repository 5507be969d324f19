import type { Cluster, ClusterNode } from "../../support/cluster.ts";
import { chosen, type Random } from "../../support/random.ts";

/** What is done to a cluster. */
export type Fault = {
  readonly name: string;
  /** @returns what mends it; where `spared` is true the cluster is to recover before that */
  inflict(cluster: Cluster, random: Random): Promise<{ what: string; spared: boolean; mend(): Promise<void> }>;
};

const SERVICES = ["gateway", "router", "persistence"];

/** Something that befalls one process. */
const befalls = (
  name: string,
  services: readonly string[],
  strike: (node: ClusterNode) => Promise<void> | void,
  mend: (node: ClusterNode) => Promise<void> | void,
): Fault[] =>
  services.map((service) => ({
    name: `${name} ${service}`,
    async inflict(cluster, random) {
      const candidates = cluster.running(service);
      const node = chosen(random, candidates);
      await strike(node);
      return { what: `${name} ${node.name}`, spared: candidates.length > 1, mend: async () => mend(node) };
    },
  }));

const broker: Fault = {
  name: "kill the broker",
  async inflict({ nats }) {
    await nats.kill();
    return { what: "kill the broker", spared: false, mend: () => nats.start() };
  },
};

/** Something that befalls messages on their way to all gateways, or to all routers. */
const onTheWay = (
  name: string,
  service: string,
  pattern: RegExp,
  fate: "dropped" | "doubled",
  share: number,
): Fault => ({
  name,
  async inflict(cluster, random) {
    const nodes = cluster.running(service);
    for (const { proxy } of nodes)
      proxy.fate = (subject) => (pattern.test(subject) && random() < share ? fate : "passed");
    return {
      what: name,
      spared: true,
      mend: async () => {
        for (const { proxy } of nodes) proxy.fate = () => "passed";
      },
    };
  },
});

export const faults: readonly Fault[] = [
  ...befalls(
    "kill -9",
    SERVICES,
    (node) => node.kill(),
    (node) => node.start(),
  ),
  ...befalls(
    "SIGTERM",
    SERVICES,
    (node) => node.stop(),
    (node) => node.start(),
  ),
  ...befalls(
    "SIGSTOP",
    SERVICES,
    (node) => node.pause(),
    (node) => node.resume(),
  ),
  ...befalls(
    "cut off",
    SERVICES,
    ({ proxy }) => proxy.cut(),
    ({ proxy }) => proxy.heal(),
  ),
  ...befalls(
    "silence",
    SERVICES,
    ({ proxy }) => proxy.silence(),
    ({ proxy }) => proxy.heal(),
  ),
  broker,
  onTheWay("drop half of the fan-out", "gateway", /^wirehouse\./, "dropped", 0.5),
  onTheWay("double requests", "router", /^MOL\.REQ\./, "doubled", 0.3),
  onTheWay("double appends", "persistence", /^MOL\.REQ\./, "doubled", 0.3),
];

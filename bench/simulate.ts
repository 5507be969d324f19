import { ServiceBroker } from "moleculer";
import type { WireEntry } from "../contract/entry.ts";
import { owner } from "../mixins/actor/rendezvous.ts";
import { Audience, type Listener } from "../services/gateway/stream/audience.ts";
import { line } from "./table.ts";

/**
 * `npm run simulate`: what no machine of ours is large enough for, by the very code that would do it: placement of a
 * million conversations, the registry of 200 nodes, a broadcast to 100,000 members.
 */

const CONVERSATIONS = 1_000_000;
const NODES = 200;
const ROUTERS = 20;
const MEMBERS = 100_000;
/** Streams of one gateway, as `contract/limits.ts` allows. */
const HERE = 20_000;

/** Seconds of CPU that were used since: other programs do not count. */
const seconds = (began: number) => used() - began;
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const nodes = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `router-${index}` }));
const key = (index: number) => `01890000-0000-7000-8000-${String(index).padStart(12, "0")}`;

/** How even a million conversations lie on the routers, and how many move when one more joins. */
function placement(): void {
  const before = nodes(ROUTERS);
  const after = nodes(ROUTERS + 1);
  const counts = new Map(before.map(({ id }) => [id, 0]));
  const owners: string[] = [];
  const began = used();
  for (let index = 0; index < CONVERSATIONS; index++) {
    const { id } = owner(key(index), before) ?? { id: "" };
    counts.set(id, (counts.get(id) ?? 0) + 1);
    owners.push(id);
  }
  const each = (seconds(began) / CONVERSATIONS) * 1e6;
  const moved = owners.filter((id, index) => owner(key(index), after)?.id !== id).length;
  const mean = CONVERSATIONS / ROUTERS;
  line(`${CONVERSATIONS} conversations, ${ROUTERS} routers`, [
    `${each.toFixed(1)} µs each`,
    `most ${((Math.max(...counts.values()) / mean) * 100).toFixed(1)} %`,
    `least ${((Math.min(...counts.values()) / mean) * 100).toFixed(1)} %`,
    `one joins: ${((moved / CONVERSATIONS) * 100).toFixed(1)} % move`,
  ]);
  const many = nodes(NODES);
  const start = used();
  for (let index = 0; index < 10_000; index++) owner(key(index), many);
  line(`to choose among ${NODES} routers`, [`${((seconds(start) / 10_000) * 1e6).toFixed(0)} µs each`]);
}

/** A node that knows 200 others: its memory, and what their heartbeats and a new one cost it. */
async function registry(): Promise<void> {
  const broker = new ServiceBroker({ logger: false, skipProcessEventRegistration: true });
  const actions = Array.from({ length: 60 }, (_, index) => `router.action${index}`);
  const info = (index: number) => ({
    sender: `node-${index}`,
    ver: "4",
    instanceID: `instance-${index}`,
    ipList: ["10.0.0.1"],
    hostname: `node-${index}`,
    client: { type: "nodejs", version: "0.15.2", langVersion: "v26" },
    config: {},
    metadata: {},
    seq: 1,
    services: [
      {
        name: "router",
        fullName: "router",
        settings: {},
        metadata: {},
        actions: Object.fromEntries(actions.map((name) => [name, { name, strategy: "RoundRobin" }])),
        events: {},
      },
    ],
  });
  await broker.start();
  const { nodes: catalog } = broker.registry;
  globalThis.gc?.();
  const memory = process.memoryUsage().heapUsed;
  const began = used();
  for (let index = 0; index < NODES; index++) catalog.processNodeInfo(info(index));
  const join = (seconds(began) / NODES) * 1000;
  globalThis.gc?.();
  const held = (process.memoryUsage().heapUsed - memory) / 2 ** 20;
  const beats = 200_000;
  const beating = used();
  for (let index = 0; index < beats; index++) catalog.get(`node-${index % NODES}`)?.heartbeat({ cpu: 10 });
  const beat = seconds(beating) / beats;
  line(`registry of ${NODES} nodes`, [
    `${held.toFixed(1)} MiB`,
    `${join.toFixed(2)} ms a node joins`,
    `${(beat * 1e6).toFixed(1)} µs a heartbeat`,
    `${(beat * NODES * 1.1 * 100).toFixed(2)} % of a core`,
  ]);
  await broker.stop();
}

/** One entry of a broadcast, to those of its members who are at one gateway, or whom one gateway could not hold. */
function broadcast(): void {
  for (const members of [HERE, MEMBERS]) {
    let written = 0;
    const audience = new Audience("broadcast", 0, {
      listenersOf: () => [],
      heardOf: () => {},
      repair: () => {},
      contradicted: () => {},
      deserted: () => {},
      tally: { delivered: () => {}, repeated: () => {}, repaired: () => {} },
    });
    for (let index = 0; index < members; index++)
      audience.enter(
        listener(index, () => written++),
        0,
        0,
      );
    const rounds = 50;
    const began = used();
    for (let seq = 1; seq <= rounds; seq++) audience.hear({ head: { seq }, entries: [entry(seq)] });
    const each = (seconds(began) / rounds) * 1000;
    if (written !== rounds * members) throw new Error(`${written} of ${rounds * members} were told`);
    line(`a broadcast to ${members} streams here`, [`${each.toFixed(1)} ms an entry`, "without the sockets"]);
  }
}

function listener(index: number, write: () => void): Listener {
  return {
    principalId: `p${index}`,
    paused: false,
    audiences: new Set(),
    behind: new Set(),
    write,
    restart: () => {},
    catchUp: () => {},
  };
}

function entry(seq: number): WireEntry {
  const hash = "0".repeat(64);
  return {
    conversationId: "broadcast",
    seq,
    type: "message",
    senderId: "somebody",
    sentAt: "2026-01-01T00:00:00.000Z",
    body: { text: "x".repeat(200), salt: "AAAAAAAAAAAAAAAAAAAAAA" },
    bodyHash: hash,
    prevHash: hash,
    hash,
  };
}

placement();
await registry();
broadcast();

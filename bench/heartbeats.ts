import { ServiceBroker } from "moleculer";
import Type from "typebox";
import Value from "typebox/value";
import { freePort, launch, natsServer } from "./process.ts";
import { line } from "./table.ts";

const NODES = 50;
/** Seconds: as `moleculer.config.ts` has them. */
const HEARTBEAT = 1;
const SILENCE = 2;
/** Seconds until all have found each other, and that are counted. */
const GREETING = 5;
const COUNTED = 20;

/** Of a server so far: messages in and out, and bytes out. (https://docs.nats.io/running-a-nats-service/nats_admin/monitoring) */
const Counts = Type.Object({ in_msgs: Type.Number(), out_msgs: Type.Number(), out_bytes: Type.Number() });

/** What heartbeats cost that each node sends to all others, and nothing besides. */
export async function heartbeats(): Promise<void> {
  const [port, monitor] = [await freePort(), await freePort()];
  const server = launch(`exec ${natsServer} -a 127.0.0.1 -p ${port} -m ${monitor} > /dev/null 2>&1`);
  const nodes = Array.from({ length: NODES }, (_, index) => nodeOf(`node-${index}`, port));
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await seconds(GREETING);
    const state = async () => ({
      ...Value.Parse(Counts, await (await fetch(`http://127.0.0.1:${monitor}/varz`)).json()),
      there: server.usage().cpu,
      here: process.cpuUsage(),
    });
    const before = await state();
    await seconds(COUNTED);
    const after = await state();
    const here = after.here.user + after.here.system - before.here.user - before.here.system;
    const share = (cpu: number) => `${((cpu / COUNTED) * 100).toFixed(2)} %`;
    line("", ["sent/s", "delivered/s", "KB/s", "nats-server", "a node"]);
    line(`${NODES} nodes`, [
      ((after.in_msgs - before.in_msgs) / COUNTED).toFixed(0),
      ((after.out_msgs - before.out_msgs) / COUNTED).toFixed(0),
      ((after.out_bytes - before.out_bytes) / COUNTED / 1000).toFixed(0),
      share(after.there - before.there),
      share(here / 1e6 / NODES),
    ]);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await server.stop();
  }
}

const nodeOf = (nodeID: string, port: number): ServiceBroker =>
  new ServiceBroker({
    nodeID,
    logger: false,
    transporter: { type: "NATS", options: { servers: `nats://127.0.0.1:${port}` } },
    heartbeatInterval: HEARTBEAT,
    heartbeatTimeout: SILENCE,
    skipProcessEventRegistration: true,
  });

const seconds = (count: number) => new Promise((over) => setTimeout(over, count * 1000));

import { readFileSync } from "node:fs";
import { connect } from "nats";
import { freePort, launch, natsServer } from "./process.ts";
import { line } from "./table.ts";

/** Conversations that a gateway follows, each a subject. */
const SUBJECTS = 200_000;
/** Between two waits for the server. */
const AT_ONCE = 5_000;
/** Milliseconds for memory to settle. */
const CALM = 2_000;

/** What a subject that is listened to takes of memory: in nats-server, and in who listens. */
export async function subjects(): Promise<void> {
  const port = await freePort();
  const server = launch(`exec ${natsServer} -a 127.0.0.1 -p ${port} > /dev/null 2>&1`);
  const nats = await connect({ servers: `nats://127.0.0.1:${port}`, waitOnFirstConnect: true });
  try {
    const memory = () => ({ there: server.usage().rss, here: own() });
    const before = memory();
    for (let index = 0; index < SUBJECTS; index++) {
      const conversation = `01890000-0000-7000-8000-${String(index).padStart(12, "0")}`;
      nats.subscribe(`wirehouse.conversation.${conversation}`, { callback() {} });
      if (index % AT_ONCE === 0) await nats.flush();
    }
    await nats.flush();
    await new Promise((calm) => setTimeout(calm, CALM));
    const after = memory();
    line("", ["bytes a subject"]);
    line("nats-server", [((after.there - before.there) / SUBJECTS).toFixed(0)]);
    line("who listens", [((after.here - before.here) / SUBJECTS).toFixed(0)]);
  } finally {
    await nats.close();
    await server.stop();
  }
}

const own = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

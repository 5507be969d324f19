import { type Config, readConfig } from "../config.ts";
import { CannotStart } from "../contract/errors.ts";
import manifest from "../package.json" with { type: "json" };
import { layout, type Node } from "./layout.ts";
import { checkNatsServer, freePort } from "./nats-server.ts";
import { prefix } from "./prefix.ts";
import { type Program, Supervised } from "./supervised.ts";

/** `npm run cluster`: Wirehouse as many processes on this machine, for a look; each is started again when it ends. */

const NATS = "nats";
const NAME_CHARACTERS = "persistence-1".length;

const running = new Map<string, Supervised>();
// Whatever ends this process ends what it has started.
process.on("exit", () => {
  for (const supervised of running.values()) supervised.kill();
});

/** @throws CannotStart when it ends before it was ready */
async function start(name: string, program: Program): Promise<void> {
  const before = prefix(name, running.size, NAME_CHARACTERS);
  const supervised = new Supervised(program, (line) => process.stdout.write(`${before}${line}\n`));
  running.set(name, supervised);
  await supervised.start().catch((error: Error) => {
    throw new CannotStart(`${name} ${error.message}`);
  });
}

/** A NATS server of our own, where none is named. @returns the variables by which nodes find theirs */
async function startNats({ nats, natsServer }: Config): Promise<Record<string, string>> {
  if (nats) return {};
  checkNatsServer(natsServer);
  const port = String(await freePort());
  const args = ["-a", "127.0.0.1", "-p", port];
  await start(NATS, { command: natsServer, args, environment: process.env, ready: "Server is ready" });
  return { NATS_URL: `nats://127.0.0.1:${port}` };
}

async function startAll(): Promise<void> {
  if (process.argv.length > 2) throw new CannotStart("It takes no arguments, only variables: README.md has them.");
  const config = readConfig(process.env);
  const found = await startNats(config);
  const startNode = ({ name, environment }: Node) =>
    start(name, {
      command: "sh",
      args: ["-c", manifest.scripts.start],
      environment: { ...process.env, ...found, ...environment },
      ready: "Wirehouse is ready",
    });
  const [first, ...others] = layout(config, config.database.kind === "sqlite" ? 1 : 2);
  if (first) await startNode(first);
  await Promise.all(others.map(startNode));
  const variables = Object.entries(found).map(([variable, value]) => `${variable}=${value} `);
  console.log(`All are ready. An operator joins them by: ${variables.join("")}npm run repl`);
}

let stopped: Promise<void> | undefined;

/** Who asks before whom he asks, so that nothing fails: gateways, routers, persistence, and NATS last. */
function stop(): Promise<void> {
  stopped ??= (async () => {
    const kinds = Map.groupBy(running, ([name]) => name.replace(/-\d+$/, ""));
    for (const kind of [...kinds.values()].reverse()) await Promise.all(kind.map(([, node]) => node.stop()));
  })();
  return stopped;
}

async function stopAndExit(code: number): Promise<void> {
  await stop();
  process.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Who asks twice is in a hurry.
  process.on(signal, () => (stopped ? process.exit(1) : void stopAndExit(0)));
}
// Nobody reads it any more.
process.stdout.on("error", () => void stopAndExit(1));

try {
  await startAll();
} catch (error) {
  // What is stopped before it was ready has not failed.
  if (!stopped) {
    console.error(error instanceof CannotStart ? error.message : error);
    await stopAndExit(1);
  }
}

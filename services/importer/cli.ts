import { resolve } from "node:path";
import { ServiceBroker } from "moleculer";
import { type Config, readConfig } from "../../config.ts";
import { CannotStart } from "../../contract/errors.ts";
import { call } from "../../mixins/call.ts";
import { loggerOf } from "../../mixins/log/logger.ts";
import { placedIn } from "../../moleculer.config.ts";
import { report, succeeded } from "./report.ts";
import type { Progress } from "./run.ts";

/**
 * `npm run import -- <folder or zip>`: runs the services that an import needs, on the data folder, and no server. With
 * `NATS_URL` it runs the importer alone, as a node of the cluster that has the others.
 */

const IMPORTER = "importer";
const OTHERS = ["persistence", "directory", "router"];
/** Milliseconds for a cluster to show what it has. */
const PATIENCE = 5_000;
/** Who a command at the machine itself speaks for. */
const SPEAKER = "admin";

/** @throws CannotStart when the cluster that is joined can't take an import */
async function start(broker: ServiceBroker, nats: Config["nats"]): Promise<void> {
  const load = (name: string) => broker.loadService(resolve(import.meta.dirname, `../${name}/${name}.service.ts`));
  if (nats === undefined) {
    for (const name of [...OTHERS, IMPORTER]) load(name);
    await broker.start();
    return;
  }
  await broker.start();
  await broker.waitForServices(OTHERS, PATIENCE).catch(() => {
    throw new CannotStart(
      `The cluster at ${nats.servers.join(", ")} has not all of ${OTHERS.join(", ")}: does it run?`,
    );
  });
  load(IMPORTER);
  await broker.waitForServices(IMPORTER);
}

async function run(path: string): Promise<boolean> {
  const { nats, logLevel, logFormat } = readConfig(process.env);
  const broker = new ServiceBroker({
    ...placedIn({ nats }),
    logger: loggerOf(logFormat, logLevel),
    // Its own would end the process with 0.
    skipProcessEventRegistration: true,
  });
  broker.createService({ name: "importer-progress", events: { "importer.progress": (ctx) => show(ctx.params) } });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= broker.stop();
    return stopped;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    await start(broker, nats);
    const { id: principalId } = await call(broker, "directory.get", { handle: SPEAKER });
    const summary = await call(broker, "importer.run", { path }, { principalId });
    if (process.stderr.isTTY) process.stderr.write("\n");
    console.log(report(summary));
    return succeeded(summary);
  } finally {
    await stop();
  }
}

let shown = "";

/** One line on a terminal, written over; into a file the end of each phase only. */
function show({ phase, done, of }: Progress): void {
  const line = `${phase}: ${done} of ${of}`;
  if (line === shown) return;
  shown = line;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K`);
  else if (done === of) process.stderr.write(`${line}\n`);
}

function explain(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes("in use by another process")) return message;
  return `${message}\nIf a Wirehouse server has it, import in its REPL (npm start -- --repl): call importer.run --path ${path}`;
}

async function main([given, ...more]: string[]): Promise<number> {
  if (given === undefined || given.startsWith("-") || more.length > 0) {
    console.error("Usage: npm run import -- <folder or zip of a Slack export>");
    return 2;
  }
  const path = resolve(given);
  try {
    return (await run(path)) ? 0 : 1;
  } catch (error) {
    if (process.stderr.isTTY) process.stderr.write("\n");
    console.error(explain(error, path));
    return 1;
  }
}

// Services that wait for one which could not start would keep the process for ever.
process.exit(await main(process.argv.slice(2)));

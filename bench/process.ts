import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Servers as processes of their own, and what /proc says of them. */

export const root = resolve(import.meta.dirname, "..");
/** Clock ticks of /proc a second, on every Linux that Node runs on. */
const TICKS = 100;

export const natsServer = process.env.NATS_SERVER_BIN ?? "nats-server";

export type Started = {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Seconds of CPU, and bytes of memory, of the process so far. */
  usage(): { cpu: number; rss: number };
  stop(): Promise<void>;
};

/** A folder for what a server keeps; `remove` when it is done with. */
export function newFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "bench-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A PostgreSQL server that runs already, by the URL of somebody who may make databases. */
export const postgresUrl = process.env.POSTGRES_URL;

/** A process that was started. */
export type Launched = Omit<Started, "origin"> & { isRunning(): boolean; kill(): Promise<void> };

const running = new Set<ChildProcess>();
/** Whatever ends the benchmark ends what it started. */
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs a shell's command line. */
export function launch(command: string, environment: Record<string, string> = {}): Launched {
  const child = spawn(command, {
    shell: true,
    cwd: root,
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  running.add(child);
  const ended = new Promise((gone) => child.once("exit", gone));
  void ended.then(() => running.delete(child));
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    isRunning: () => child.exitCode === null,
    usage: () => usage(child),
    stop: () => stop("SIGTERM"),
    kill: () => stop("SIGKILL"),
  };
}

/** Runs a shell's command line, and waits until it says at `port` that it is ready. */
export async function start(command: string, port: number, environment: Record<string, string> = {}): Promise<Started> {
  const launched = launch(command, environment);
  const origin = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${origin}/readyz`)
      .then((response) => response.ok)
      .catch(() => false);
    if (ready) break;
    if (!launched.isRunning()) throw new Error(`${command} ended before it was ready`);
    await new Promise((again) => setTimeout(again, 50));
  }
  return { ...launched, origin };
}

function usage({ pid }: ChildProcess) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, rss: Number(rss) * 1024 };
}

export function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}

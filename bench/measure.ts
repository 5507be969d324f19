import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Target } from "./servers.ts";
import type { Load, Measured } from "./workloads.ts";

/** How often, and how long: a quick look is one short turn. */
export type Pace = { turns: number; seconds: number; steadySeconds: number };

export type Result = Measured & {
  /** Seconds of CPU that the server took. */
  cpu: number;
  /** Bytes of its memory at the end. */
  rss: number;
  rowsPerCommit: number | undefined;
};

const WARMUP = 1;

/** One turn: a load client of its own process against a server. */
export async function measure(
  target: Target,
  { rooms, window, rate }: Pick<Load, "rooms" | "window" | "rate">,
  pace: Pace,
): Promise<Result> {
  const seconds = rate === undefined ? pace.seconds : pace.steadySeconds;
  const load: Load = { url: target.url, rooms, window, rate, warmup: WARMUP, seconds };
  const client = spawn(process.execPath, [join(import.meta.dirname, "load.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  client.stdin.end(JSON.stringify(load));
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const [before, commitsBefore] = [target.usage(), await target.commits()];
  const { value } = await lines.next();
  const [after, commitsAfter] = [target.usage(), await target.commits()];
  const measured: Measured = JSON.parse(String(value));
  const rowsPerCommit =
    commitsBefore && commitsAfter
      ? (commitsAfter.rows - commitsBefore.rows) / (commitsAfter.commits - commitsBefore.commits)
      : undefined;
  return { ...measured, cpu: after.cpu - before.cpu, rss: after.rss, rowsPerCommit };
}

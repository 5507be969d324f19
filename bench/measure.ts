import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Counted, Target } from "./servers.ts";
import type { Load, Measured } from "./workloads.ts";

/** How often, and how long: a quick look is one short turn. */
export type Pace = { turns: number; seconds: number; steadySeconds: number };

export type Result = Measured & {
  /** Seconds of CPU that the server took. */
  cpu: number;
  /** Bytes of its memory at the end. */
  rss: number;
  rowsPerCommit: number | undefined;
  millisecondsPerCommit: number | undefined;
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
  const perCommit = (of: (counted: Counted) => number | undefined): number | undefined => {
    if (!commitsBefore || !commitsAfter) return undefined;
    const [from, to] = [of(commitsBefore), of(commitsAfter)];
    if (from === undefined || to === undefined) return undefined;
    return (to - from) / (commitsAfter.commits - commitsBefore.commits);
  };
  const took = perCommit((counted) => counted.seconds);
  return {
    ...measured,
    cpu: after.cpu - before.cpu,
    rss: after.rss,
    rowsPerCommit: perCommit(({ rows }) => rows),
    millisecondsPerCommit: took === undefined ? undefined : took * 1000,
  };
}

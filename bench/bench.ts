import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { limit, type Target, wirehouse } from "./servers.ts";
import { type Load, type Measured, W1, W2, type Workload } from "./workloads.ts";

/**
 * Measures Wirehouse beside the limit, in turns within one run: machines are noisy, so what counts is the ratio.
 *
 *     npm run bench                 all of it, about four minutes
 *     npm run bench -- --quick      one short turn of each
 *     npm run bench -- --only W1    one workload
 */
const { values: options } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
const TURNS = options.quick ? 1 : 3;
const SECONDS = options.quick ? 2 : 3;
/** At a steady pace there is less to count. */
const STEADY_SECONDS = options.quick ? 2 : 5;
const WARMUP = 1;

type Case = { title: string; window: number; rate?: number };
type Result = Measured & { cpu: number; rss: number; rowsPerCommit: number | undefined };

const casesOf = (workload: Workload): Case[] => [
  { title: `${workload.name} window 16`, window: 16 },
  { title: `${workload.name} window 1`, window: 1 },
  { title: `${workload.name} steady ${workload.steady}/s`, window: 1, rate: workload.steady },
];

/** Counts its commits, which costs: one turn of it tells how many rows share one, and what counting takes. */
const metered = await wirehouse("+ metrics", true);
const targets = [await wirehouse("wirehouse", false), await limit(), metered];
try {
  console.log(header());
  for (const workload of [W1, W2]) {
    if (options.only !== undefined && options.only !== workload.name) continue;
    const rooms = new Map<Target, Load["rooms"]>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) await compare(one, rooms);
  }
} finally {
  for (const target of targets) await target.stop();
}
process.exit(0);

async function compare(one: Case, rooms: Map<Target, Load["rooms"]>): Promise<void> {
  const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
  for (let turn = 0; turn < TURNS; turn++)
    for (const target of targets)
      if (turn === 0 || target !== metered)
        results.get(target)?.push(await measure(target, one, rooms.get(target) ?? []));
  for (const target of targets) console.log(row(one, target, results.get(target) ?? []));
  if (one.rate === undefined) console.log(ratio(one, ...targets.map((target) => results.get(target) ?? [])));
}

async function measure(target: Target, { window, rate }: Case, rooms: Load["rooms"]): Promise<Result> {
  const seconds = rate === undefined ? SECONDS : STEADY_SECONDS;
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

function header(): string {
  const names = ["accepted/s", "deliveries/s", "p50 ms", "p99 ms", "rows/commit", "RSS MB", "µs CPU/delivery"];
  return `${"".padEnd(20)}${"".padEnd(11)}${names.map((name) => name.padStart(16)).join("")}`;
}

function row({ title }: Case, { name }: Target, results: Result[]): string {
  const of = (figure: (result: Result) => number) => median(results.map(figure));
  const figures = [
    of(({ accepted, seconds }) => accepted / seconds).toFixed(0),
    of(({ deliveries, seconds }) => deliveries / seconds).toFixed(0),
    of(({ p50 }) => p50).toFixed(2),
    of(({ p99 }) => p99).toFixed(2),
    results.every(({ rowsPerCommit }) => rowsPerCommit === undefined)
      ? "-"
      : of(({ rowsPerCommit = 0 }) => rowsPerCommit).toFixed(1),
    of(({ rss }) => rss / 2 ** 20).toFixed(0),
    of(({ cpu, deliveries }) => (cpu / deliveries) * 1e6).toFixed(1),
  ];
  return `${title.padEnd(20)}${name.padEnd(11)}${figures.map((figure) => figure.padStart(16)).join("")}`;
}

/** Turn by turn, then the median: the machine's speed drifts, but less from one turn to the next. */
function ratio({ title }: Case, ours: Result[] = [], theirs: Result[] = []): string {
  const rate = (result: Result | undefined) => (result ? result.deliveries / result.seconds : Number.NaN);
  const ratios = ours.map((result, turn) => rate(result) / rate(theirs[turn]));
  return `${title.padEnd(20)}${"ratio".padEnd(11)}${median(ratios).toFixed(2).padStart(16)}`;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

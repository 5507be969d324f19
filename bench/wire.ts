import { measure, type Pace, type Result } from "./measure.ts";
import { limit, type Target, wirehouse } from "./servers.ts";
import { line, median } from "./table.ts";
import type { Workload } from "./workloads.ts";

export type Case = { title: string; window: number; rate?: number };

export const casesOf = ({ name, steady }: Workload): Case[] => [
  { title: `${name} window 16`, window: 16 },
  { title: `${name} window 1`, window: 1 },
  { title: `${name} steady ${steady}/s`, window: 1, rate: steady },
];

/** A workload beside the limit: what the architecture costs. */
export async function wire(workload: Workload, pace: Pace): Promise<void> {
  /** Counts its commits, which costs: one turn of it tells how many rows share one, and what counting takes. */
  const metered = await wirehouse("+ metrics", { metered: true });
  const targets = [await wirehouse("wirehouse"), await limit(), metered];
  try {
    header();
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) {
      const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
      for (let turn = 0; turn < pace.turns; turn++)
        for (const target of targets)
          if (turn === 0 || target !== metered) {
            results.get(target)?.push(await measure(target, { ...one, rooms: rooms.get(target) ?? [] }, pace));
            await target.indexed(rooms.get(target) ?? []);
          }
      for (const target of targets) row(`${one.title}  ${target.name}`, results.get(target) ?? []);
      if (one.rate === undefined) ratio(one.title, ...targets.map((target) => results.get(target) ?? []));
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}

export function header(): void {
  line("", ["accepted/s", "deliveries/s", "p50 ms", "p99 ms", "rows/commit", "ms/commit", "RSS MB", "µs CPU/delivery"]);
}

/** The medians of a case's turns. */
export function row(title: string, results: Result[]): void {
  const of = (figure: (result: Result) => number) => median(results.map(figure));
  const counted = (figure: (result: Result) => number | undefined, digits: number) => {
    const figures = results.map(figure).filter((value) => value !== undefined);
    return figures.length === 0 ? "-" : median(figures).toFixed(digits);
  };
  line(title, [
    of(({ accepted, seconds }) => accepted / seconds).toFixed(0),
    of(({ deliveries, seconds }) => deliveries / seconds).toFixed(0),
    of(({ p50 }) => p50).toFixed(2),
    of(({ p99 }) => p99).toFixed(2),
    counted(({ rowsPerCommit }) => rowsPerCommit, 1),
    counted(({ millisecondsPerCommit }) => millisecondsPerCommit, 2),
    of(({ rss }) => rss / 2 ** 20).toFixed(0),
    of(({ cpu, deliveries }) => (cpu / deliveries) * 1e6).toFixed(1),
  ]);
}

/** Turn by turn, then the median: the machine's speed drifts, but less from one turn to the next. */
export function ratio(title: string, ours: Result[] = [], theirs: Result[] = []): void {
  const rate = (result: Result | undefined) => (result ? result.deliveries / result.seconds : Number.NaN);
  line(`${title}  ratio`, [median(ours.map((result, turn) => rate(result) / rate(theirs[turn]))).toFixed(2)]);
}

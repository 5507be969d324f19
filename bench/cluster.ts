import { apart } from "./apart.ts";
import { measure, type Pace, type Result } from "./measure.ts";
import { type Target, wirehouse } from "./servers.ts";
import { casesOf, header, ratio, row } from "./wire.ts";
import type { Workload } from "./workloads.ts";

/** A workload on processes that speak over NATS, beside the same in one. */
export async function cluster(workload: Workload, pace: Pace): Promise<void> {
  const several = await apart("cluster");
  // The same services.
  const services = ["directory", "gateway", "persistence", "presence", "router"];
  const targets: Target[] = [several, await wirehouse("one process", { services })];
  try {
    header();
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) {
      const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
      const before = several.cpu();
      for (let turn = 0; turn < pace.turns; turn++)
        for (const target of targets)
          results.get(target)?.push(await measure(target, { ...one, rooms: rooms.get(target) ?? [] }, pace));
      const after = several.cpu();
      for (const target of targets) row(`${one.title}  ${target.name}`, results.get(target) ?? []);
      if (one.rate === undefined) ratio(one.title, ...targets.map((target) => results.get(target) ?? []));
      const shares = Object.keys(after).map((of) => `${of} ${((after[of] ?? 0) - (before[of] ?? 0)).toFixed(1)}`);
      console.log(`${one.title}  seconds of CPU: ${shares.join(", ")}`);
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}

import { type Apart, apart } from "./apart.ts";
import { measure, type Pace, type Result } from "./measure.ts";
import { newDatabase, postgresServer } from "./postgres-server.ts";
import { type Target, wirehouse } from "./servers.ts";
import { casesOf, header, ratio, row } from "./wire.ts";
import type { Workload } from "./workloads.ts";

/** What each process of a cluster runs one of. */
const services = ["directory", "gateway", "persistence", "presence", "router"];

/** A workload on processes that speak over NATS, beside the same in one, on SQLite. */
export async function cluster(workload: Workload, pace: Pace): Promise<void> {
  await beside(workload, pace, [await apart("cluster")], await wirehouse("one process", { services }));
}

/** The same on PostgreSQL, with one node that writes to it and with two; all of them count their commits. */
export async function clusterOnPostgres(workload: Workload, pace: Pace): Promise<void> {
  const server = await postgresServer();
  const databases = [];
  const several = [];
  try {
    for (const persistence of [1, 2]) {
      const database = await newDatabase(server.url, `bench_${process.pid}_${persistence}`);
      databases.push(database);
      several.push(await apart(`${persistence} persistence`, { metered: true, database: database.url, persistence }));
    }
    await beside(workload, pace, several, await wirehouse("one process", { metered: true, services }));
  } finally {
    for (const database of databases) await database.remove();
    await server.stop();
  }
}

/** In turns; stops them all. */
async function beside(workload: Workload, pace: Pace, several: readonly Apart[], alone: Target): Promise<void> {
  const targets = [...several, alone];
  try {
    header();
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) {
      const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
      const before = several.map((target) => target.cpu());
      for (let turn = 0; turn < pace.turns; turn++)
        for (const target of targets)
          results.get(target)?.push(await measure(target, { ...one, rooms: rooms.get(target) ?? [] }, pace));
      const after = several.map((target) => target.cpu());
      for (const target of targets) row(`${one.title}  ${target.name}`, results.get(target) ?? []);
      for (const [index, target] of several.entries()) {
        if (one.rate === undefined) ratio(`${one.title}  ${target.name}`, results.get(target), results.get(alone));
        const shares = Object.entries(after[index] ?? {}).map(
          ([of, cpu]) => `${of} ${(cpu - (before[index]?.[of] ?? 0)).toFixed(1)}`,
        );
        console.log(`${one.title}  ${target.name}: seconds of CPU: ${shares.join(", ")}`);
      }
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}

import { measure, type Pace, type Result } from "./measure.ts";
import { newDatabase, postgresServer } from "./postgres-server.ts";
import { type Target, wirehouse } from "./servers.ts";
import { casesOf, header, ratio, row } from "./wire.ts";
import type { Workload } from "./workloads.ts";

/** A workload on PostgreSQL beside the same on SQLite, each in one process that counts its commits. */
export async function postgres(workload: Workload, pace: Pace): Promise<void> {
  const server = await postgresServer();
  const database = await newDatabase(server.url, `bench_${process.pid}`);
  const targets = [
    await wirehouse("postgres", { metered: true, database: database.url }),
    await wirehouse("sqlite", { metered: true }),
  ];
  try {
    header();
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) {
      const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
      for (let turn = 0; turn < pace.turns; turn++)
        for (const target of targets) {
          results.get(target)?.push(await measure(target, { ...one, rooms: rooms.get(target) ?? [] }, pace));
          await target.indexed(rooms.get(target) ?? []);
        }
      for (const target of targets) row(`${one.title}  ${target.name}`, results.get(target) ?? []);
      if (one.rate === undefined) ratio(one.title, ...targets.map((target) => results.get(target) ?? []));
    }
  } finally {
    for (const target of targets) await target.stop();
    await database.remove();
    await server.stop();
  }
}

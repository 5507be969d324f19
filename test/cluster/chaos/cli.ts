import { parseArgs } from "node:util";
import type { Layout } from "../../support/cluster.ts";
import { withPostgres } from "../../support/postgres.ts";
import { chosen } from "../../support/random.ts";
import { withNodesSqlServer } from "../../support/sql-server-nodes.ts";
import { chaos, type Report } from "./chaos.ts";
import { databaseFaults } from "./database-faults.ts";
import { type Fault, faults } from "./faults.ts";
import { embedded, onServer } from "./layouts.ts";
import { sqlServerFaults } from "./sql-server-faults.ts";

/**
 * `npm run chaos -- --minutes 10 --seed 7 [--database postgres|mssql]`: faults on a cluster under load, with a report;
 * fails if a guarantee did. A database server is ill-treated too: PostgreSQL of its own, SQL Server by `MSSQL_URL`.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string", default: "" },
    database: { type: "string", default: "sqlite" },
  },
});
const end = Date.now() + Number(values.minutes) * 60_000;
console.log(`seed ${values.seed}`);
const run = (layout: Layout, among: readonly Fault[]): Promise<Report> => {
  const candidates = among.filter(({ name }) => name.includes(values.only));
  return chaos({
    layout,
    seed: Number(values.seed),
    next: (_inflicted, random) => (Date.now() < end ? chosen(random, candidates) : undefined),
    people: 6,
    rooms: 12,
    pace: 10,
    tell: (line) => console.log(line),
  });
};

/** Where root runs it the database's disk is filled, too. */
const onPostgres = () =>
  withPostgres((database) => {
    if (!database.disk) console.log("The database's disk is not filled: that takes root");
    return run(onServer(database.url), [...faults, ...databaseFaults(database)]);
  });

const onSqlServer = () =>
  withNodesSqlServer((database) => run(onServer(database.url), [...faults, ...sqlServerFaults(database)]));

const runs: Record<string, () => Promise<Report>> = {
  sqlite: () => run(embedded, faults),
  postgres: onPostgres,
  mssql: onSqlServer,
};
const report = await runs[values.database]?.();
if (!report) throw new Error(`--database is one of ${Object.keys(runs).join(", ")}`);
const times = report.faults.map(({ recovery }) => recovery).sort((a, b) => a - b);
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
console.log(`${times.length} faults; recovery p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${times.at(-1) ?? 0} ms`);
console.log(`${report.sends.acknowledged} sends acknowledged, ${report.sends.refused} refused`);
for (const violation of report.violations.slice(0, 20)) console.log(violation);
console.log(report.violations.length === 0 ? "all guarantees hold" : `${report.violations.length} violations`);
process.exit(report.violations.length === 0 ? 0 : 1);

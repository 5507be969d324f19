import { expect } from "chai";
import type { Layout } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { describeOnPostgres, withPostgres } from "../support/postgres.ts";
import { describeOnSqlServer } from "../support/sql-server.ts";
import { withNodesSqlServer } from "../support/sql-server-nodes.ts";
import { chaos, type Report } from "./chaos/chaos.ts";
import { databaseFaults } from "./chaos/database-faults.ts";
import { type Fault, faults } from "./chaos/faults.ts";
import { embedded, onServer } from "./chaos/layouts.ts";
import { sqlServerFaults } from "./chaos/sql-server-faults.ts";

/** Of `npm run chaos`, one after the other, what goes by in a minute. */
const SHORT = [
  "kill -9 router",
  "SIGSTOP router",
  "kill -9 persistence",
  "kill the broker",
  "drop half of the fan-out",
];

/** Of what befalls a database server that several nodes share. */
const SHORT_ON_POSTGRES = [
  "kill -9 persistence",
  "SIGSTOP persistence",
  "kill -9 the database",
  "cut the database's connections",
  "refuse the database's connections",
  "fill the database's disk",
  "kill -9 in a commit",
];

/** Of what befalls one that runs elsewhere. */
const SHORT_ON_SQL_SERVER = [
  "kill -9 persistence",
  "SIGSTOP persistence",
  "cut the database's connections",
  "refuse the database's connections",
  "lock the conversations",
  "kill -9 in a commit",
];

async function survives(layout: Layout, names: readonly string[], among: readonly Fault[]): Promise<Report> {
  const lines: string[] = [];
  const left = names.flatMap((name) => among.filter((fault) => fault.name === name));
  const report = await chaos({
    layout,
    seed: 1,
    next: (inflicted) => left[inflicted],
    people: 4,
    rooms: 8,
    pace: 20,
    tell: (line) => lines.push(line),
  });
  expect(report.violations, lines.join("\n")).to.deep.equal([]);
  expect(report.sends.acknowledged).to.be.greaterThan(500);
  return report;
}

describeOnNats("G1 to G7: a cluster under load, and what befalls it", () => {
  it("loses, doubles and reorders nothing, and shows everybody the same", async () => {
    const { sends } = await survives(embedded, SHORT, faults);
    expect(sends.refused).to.equal(0);
  }).timeout(180_000);

  describeOnPostgres("on PostgreSQL, with two persistence nodes", () => {
    it("loses, doubles and reorders nothing, whatever befalls the database and them", () =>
      withPostgres((database) =>
        survives(onServer(database.url), SHORT_ON_POSTGRES, [...faults, ...databaseFaults(database)]),
      )).timeout(180_000);
  });

  describeOnSqlServer("on SQL Server, with two persistence nodes", () => {
    it("loses, doubles and reorders nothing, whatever befalls the database and them", () =>
      withNodesSqlServer((database) =>
        survives(onServer(database.url), SHORT_ON_SQL_SERVER, [...faults, ...sqlServerFaults(database)]),
      )).timeout(300_000);
  });
});

import { databaseOf } from "../../contract/database.ts";
import type { SqlServer } from "../../contract/sql-server.ts";
import { connect } from "../../services/persistence/dialects/mssql/knex.ts";

/** A server that runs already, by the URL of somebody who may make databases. None can be started here. */
export const named = process.env.MSSQL_URL;

/** Milliseconds for a test, at least: a server may take seconds over a text that a connection has not sent before. */
const PATIENCE = 240_000;
let told = false;

/** Tests on a server that speaks T-SQL, where one is named; else a line says that they are left out. */
export function describeOnSqlServer(title: string, suite: () => void): void {
  if (named !== undefined)
    describe(title, function () {
      suite();
      this.eachTest((test) => test.timeout(Math.max(test.timeout(), PATIENCE)));
    });
  else if (!told)
    console.log("SQL Server: left out, for MSSQL_URL names none (mssql://user:password@host:1433/master)");
  told = true;
}

/** @throws Error where it is no URL of SQL Server */
export function sqlServerOf(url: string): SqlServer {
  const database = databaseOf(url);
  if (database?.kind !== "mssql") throw new Error(`${url} is no SQL Server`);
  return database;
}

/** The server that is named, with another database. */
export const sqlServerWith = (database: string): SqlServer => ({ ...sqlServerOf(named ?? "MSSQL_URL"), database });

/** Runs a statement by hand. @returns its rows */
export async function administer(
  server: SqlServer,
  sql: string,
  values: readonly (string | number | boolean | Buffer | null)[] = [],
): Promise<Record<string, unknown>[]> {
  const db = connect(server, { max: 1 });
  try {
    return await db.raw(sql, [...values]);
  } finally {
    await db.destroy();
  }
}

/** The same where there is always a database. */
export const onMaster: (sql: string, values?: string[]) => ReturnType<typeof administer> = (sql, values) =>
  administer(sqlServerWith("master"), sql, values);

/** Babelfish speaks T-SQL, and some of it differently. */
export async function isBabelfish(): Promise<boolean> {
  const [row] = await onMaster("select @@version as version");
  return String(row?.version).startsWith("Babelfish");
}

/** Leaves a test out where Babelfish lacks what it asks for, and says so. */
export async function notOnBabelfish(test: Mocha.Context, what: string): Promise<void> {
  if (!(await isBabelfish())) return;
  console.log(`SQL Server: left out, for Babelfish has no ${what}`);
  test.skip();
}

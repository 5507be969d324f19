import { databaseOf } from "../../contract/database.ts";
import type { SqlServer } from "../../contract/sql-server.ts";
import { connect } from "../../services/persistence/dialects/mssql/knex.ts";
import { openSqlServer } from "../../services/persistence/dialects/mssql.ts";

/** A server that runs already, by the URL of somebody who may make databases. None can be started here. */
const named = process.env.MSSQL_URL;

if (named === undefined)
  console.log("SQL Server: left out, for MSSQL_URL names none (mssql://user:password@host:1433/master)");

/** Tests on a server that speaks T-SQL, where one is named. */
export function describeOnSqlServer(title: string, suite: () => void): void {
  if (named !== undefined) describe(title, suite);
}

/** @throws Error where it is no URL of SQL Server */
export function sqlServerOf(url: string): SqlServer {
  const database = databaseOf(url);
  if (database?.kind !== "mssql") throw new Error(`${url} is no SQL Server`);
  return database;
}

/** The server that is named, with another database. */
export const sqlServerWith = (database: string): SqlServer => ({ ...sqlServerOf(named ?? ""), database });

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

const made: string[] = [];
const free: string[] = [];

after(async () => {
  for (const name of made) await administer(sqlServerWith("master"), `drop database ${name}`).catch(() => []);
});

/** A database without anything in it. */
export async function emptySqlServer(): Promise<SqlServer> {
  const name = `wirehouse_${process.pid}_${made.length}`;
  made.push(name);
  await administer(sqlServerWith("master"), `create database ${name}`);
  return sqlServerWith(name);
}

/** A database with our schema and no rows, for one test; another one gets it afterwards, for they are slow to make. */
export async function withSqlServer<T>(use: (server: SqlServer) => Promise<T>): Promise<T> {
  const name = free.pop();
  const server = name === undefined ? await migrated() : sqlServerWith(name);
  try {
    return await use(server);
  } finally {
    await administer(server, EMPTY);
    free.push(server.database);
  }
}

/** In an order in which none refers to what is gone. */
const TABLES = [
  "tokens",
  "presences",
  "bindings",
  "groups",
  "mentions",
  "members",
  "entries",
  "conversations",
  "principals",
];
const EMPTY = `${TABLES.map((table) => `delete from ${table};`).join(" ")} update revisions set value = 0;`;

async function migrated(): Promise<SqlServer> {
  const server = await emptySqlServer();
  await (await openSqlServer(server, 1, () => undefined)).close();
  return server;
}

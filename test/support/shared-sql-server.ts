import type { SqlServer } from "../../contract/sql-server.ts";
import { openSqlServer } from "../../services/persistence/dialects/mssql.ts";
import { administer, onMaster, sqlServerWith } from "./sql-server.ts";

const made: string[] = [];
const free: string[] = [];

after(async () => {
  for (const name of made) await onMaster(`drop database ${name}`).catch(() => []);
});

/** A database without anything in it. */
export async function emptySqlServer(): Promise<SqlServer> {
  const name = `wirehouse_${process.pid}_${made.length}`;
  made.push(name);
  await onMaster(`create database ${name}`);
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

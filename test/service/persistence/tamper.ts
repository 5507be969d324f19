import Database from "better-sqlite3";
import pg from "pg";
import type { Postgres } from "../../../contract/database.ts";
import type { SqlServer } from "../../../contract/sql-server.ts";
import type { OfDatabase } from "../../support/on-sqlite.ts";
import { administer } from "../../support/sql-server.ts";

/** By hand, behind the router's back, on a connection of one's own. */
export async function tamper({ database }: OfDatabase, sql: string, ...values: Value[]): Promise<void> {
  const changes = await changed(database, sql, values);
  if (changes === 0) throw new Error(`nothing was changed by ${sql}`);
}

export type Value = string | number | Buffer | null;

function changed(
  database: OfDatabase["database"],
  sql: string,
  values: Value[],
): number | null | Promise<number | null> {
  switch (database.kind) {
    case "sqlite":
      return inFile(database.file, sql, values);
    case "postgres":
      return onServer(database, sql, values);
    case "mssql":
      return onSqlServer(database, sql, values);
  }
}

function inFile(file: string, sql: string, values: Value[]): number {
  const db = new Database(file);
  db.pragma("foreign_keys = off");
  const { changes } = db.prepare(sql).run(...values);
  db.close();
  return changes;
}

async function onServer(database: Postgres, sql: string, values: Value[]): Promise<number | null> {
  const client = new pg.Client({ ...database, ssl: false });
  await client.connect();
  let serial = 0;
  const words = sql.replaceAll("?", () => `$${++serial}`).replaceAll("zeroblob(32)", "decode(repeat('00', 32), 'hex')");
  try {
    return (await client.query(words, values)).rowCount;
  } finally {
    await client.end();
  }
}

async function onSqlServer(server: SqlServer, sql: string, values: Value[]): Promise<number> {
  const words = sql.replaceAll("zeroblob(32)", `0x${"00".repeat(32)}`);
  const [row] = await administer(server, `${words}; select @@rowcount as changes`, values);
  return Number(row?.changes);
}

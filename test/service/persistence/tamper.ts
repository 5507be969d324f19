import Database from "better-sqlite3";
import pg from "pg";
import type { Postgres } from "../../../contract/database.ts";
import type { OfDatabase } from "../../support/on-sqlite.ts";

/** By hand, behind the router's back, on a connection of one's own. */
export async function tamper({ database }: OfDatabase, sql: string, ...values: unknown[]): Promise<void> {
  const changes =
    database.kind === "sqlite" ? inFile(database.file, sql, values) : await onServer(database, sql, values);
  if (changes === 0) throw new Error(`nothing was changed by ${sql}`);
}

function inFile(file: string, sql: string, values: unknown[]): number {
  const db = new Database(file);
  db.pragma("foreign_keys = off");
  const { changes } = db.prepare(sql).run(...values);
  db.close();
  return changes;
}

async function onServer(database: Postgres, sql: string, values: unknown[]): Promise<number | null> {
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

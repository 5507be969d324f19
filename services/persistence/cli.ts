import { readConfig } from "../../config.ts";
import type { Database } from "../../contract/database.ts";
import { CannotStart } from "../../contract/errors.ts";
import type { SchemaWork } from "./dialects/dialect.ts";
import { onSqlServerSchema } from "./dialects/mssql.ts";
import { onPostgresSchema } from "./dialects/postgres.ts";
import { onSqliteSchema } from "./dialects/sqlite.ts";
import { migrate, status, stepBack } from "./migrate.ts";

/** `npm run migrate -- status|up|down`: the schema of the database that `DATABASE_URL` or `WIREHOUSE_DATA` names. */

function onSchema<T>(database: Database, work: SchemaWork<T>): Promise<T> {
  switch (database.kind) {
    case "sqlite":
      return onSqliteSchema(database.file, work);
    case "postgres":
      return onPostgresSchema(database, work);
    case "mssql":
      return onSqlServerSchema(database, work);
  }
}

const commands: Record<string, SchemaWork<string[]>> = {
  async status(knex) {
    const { done, pending } = await status(knex);
    return [...done.map((name) => `done     ${name}`), ...pending.map((name) => `pending  ${name}`)];
  },
  async up(knex, dialect) {
    const { pending } = await status(knex);
    await migrate(knex, dialect);
    return pending.length === 0 ? ["Nothing was pending."] : pending.map((name) => `done     ${name}`);
  },
  down: async (knex, dialect) => [`undone   ${await stepBack(knex, dialect)}`],
};

const [name = "", ...more] = process.argv.slice(2);
const command = commands[name];
try {
  if (!command || more.length > 0) throw new CannotStart("Usage: npm run migrate -- status|up|down");
  console.log((await onSchema(readConfig(process.env).database, command)).join("\n"));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

import type { Knex } from "knex";
import { CannotStart } from "../../contract/errors.ts";
import type { SchemaDialect } from "./dialects/dialect.ts";
import * as directory from "./migrations/0001-directory.ts";
import * as log from "./migrations/0002-log.ts";
import * as topicsAndGroups from "./migrations/0003-topics-and-groups.ts";
import * as presence from "./migrations/0004-presence.ts";

type Step = {
  up(knex: Knex, dialect: SchemaDialect): Promise<void>;
  /** Takes back what `up` has made; only called while nothing is in it. */
  down(knex: Knex, dialect: SchemaDialect): Promise<void>;
};

/** In their order; a step that was released is never changed. */
const steps: Record<string, Step> = {
  "0001-directory": directory,
  "0002-log": log,
  "0003-topics-and-groups": topicsAndGroups,
  "0004-presence": presence,
};

const TABLE = "migrations";
/** What is never made again by itself. */
const PRECIOUS = ["conversations", "principals"];

/** Steps of the schema, by whether the database has taken them. */
export type Status = { done: string[]; pending: string[] };

/** @throws CannotStart, one sentence, when a newer program has been there: its data is not ours to guess */
export async function status(knex: Knex): Promise<Status> {
  const done: string[] = (await knex.schema.hasTable(TABLE)) ? await knex(TABLE).orderBy("id").pluck("name") : [];
  const unknown = done.find((name) => !(name in steps));
  if (unknown)
    throw new CannotStart(`The database has a newer schema (${unknown}) than this program: start a newer version`);
  return { done, pending: Object.keys(steps).filter((name) => !done.includes(name)) };
}

/**
 * Brings the schema up to date. To be called by who is alone with it; where nothing is pending nothing is written, so a
 * login without an owner's rights suffices.
 * @throws as `status` does
 */
export async function migrate(knex: Knex, dialect: SchemaDialect): Promise<void> {
  const { pending } = await status(knex);
  if (pending.length === 0) return;
  const config = configFor(dialect);
  // Left by a process that was killed while it migrated.
  await knex.migrate.forceFreeMigrationsLock(config);
  await knex.migrate.latest(config);
}

/**
 * Takes the last step back, where nothing can be lost: a schema that holds anything does not go back, but is restored.
 * @returns the step
 * @throws CannotStart where there is something, or no step
 */
export async function stepBack(knex: Knex, dialect: SchemaDialect): Promise<string> {
  const last = (await status(knex)).done.at(-1);
  if (last === undefined) throw new CannotStart("The database has no schema to take back");
  for (const table of PRECIOUS) {
    if ((await knex.schema.hasTable(table)) && (await knex(table).first()))
      throw new CannotStart(
        `There are ${table} in the database: its schema does not go back, restore a backup instead`,
      );
  }
  await knex.migrate.down(configFor(dialect));
  return last;
}

const configFor = (dialect: SchemaDialect): Knex.MigratorConfig => ({
  tableName: TABLE,
  migrationSource: {
    getMigrations: async () => Object.keys(steps),
    getMigrationName: (name: string) => name,
    getMigration: async (name: string) => ({
      up: (trx: Knex) => steps[name]?.up(trx, dialect) ?? Promise.resolve(),
      down: (trx: Knex) => steps[name]?.down(trx, dialect) ?? Promise.resolve(),
    }),
  },
});

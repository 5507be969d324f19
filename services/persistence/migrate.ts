import type { Knex } from "knex";
import { CannotStart } from "../../contract/errors.ts";
import type { SchemaDialect } from "./dialects/dialect.ts";
import * as directory from "./migrations/0001-directory.ts";
import * as log from "./migrations/0002-log.ts";
import * as topicsAndGroups from "./migrations/0003-topics-and-groups.ts";
import * as presence from "./migrations/0004-presence.ts";

type Step = { up(knex: Knex, dialect: SchemaDialect): Promise<void> };

/** In their order; a step that was released is never changed. */
const steps: Record<string, Step> = {
  "0001-directory": directory,
  "0002-log": log,
  "0003-topics-and-groups": topicsAndGroups,
  "0004-presence": presence,
};

const TABLE = "migrations";

/**
 * Brings the schema up to date.
 * @throws CannotStart, one sentence, when a newer program has been there: its data is not ours to guess.
 */
export async function migrate(knex: Knex, dialect: SchemaDialect): Promise<void> {
  const unknown = (await done(knex)).find((name) => !(name in steps));
  if (unknown)
    throw new CannotStart(`The database has a newer schema (${unknown}) than this program: start a newer version`);
  await knex.migrate.latest({
    tableName: TABLE,
    migrationSource: {
      getMigrations: async () => Object.keys(steps),
      getMigrationName: (name: string) => name,
      getMigration: async (name: string) => ({
        up: (trx: Knex) => steps[name]?.up(trx, dialect) ?? Promise.resolve(),
        down: () => Promise.reject(new Error("A schema does not go back: restore the backup")),
      }),
    },
  });
}

async function done(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(TABLE))) return [];
  return knex(TABLE).orderBy("id").pluck("name");
}

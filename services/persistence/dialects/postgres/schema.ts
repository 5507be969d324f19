import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Knex } from "knex";
import type { SchemaDialect } from "../dialect.ts";

/** Text of keys compares by its bytes, as everywhere. */
export const schema: SchemaDialect = {
  types: {
    time: "timestamptz(3)",
    hash: "bytea",
    key: (length) => `varchar(${length}) collate "C"`,
    text: "text",
  },
  // Who stores entries has locked their conversation: to look for it again would take a lookup and a lock for each.
  referenced: false,
  // Rows lie as they come, which in a log is their order.
  createClustered: (knex, table, columns) => knex.schema.createTable(table, columns),
  async createCommit(knex) {
    for (const file of ["effects", "commit", "cursors"]) await knex.raw(await textOf(knex, file));
    await knex.raw(`revoke execute on function ${functions} from public`);
  },
  async dropCommit(knex) {
    await knex.raw(`drop function ${functions}`);
  },
};

/** One that was released is never changed: a later step makes one of another name, while older nodes call this one. */
const functions = "wirehouse_apply, wirehouse_commit, wirehouse_move_cursors";

/** A function's text. It finds its tables in the schema that it was made in, and nobody's temporary ones. */
async function textOf(knex: Knex, file: string): Promise<string> {
  const text = readFileSync(join(import.meta.dirname, `${file}.sql`), "utf8");
  return text.replaceAll(":schema", `"${await schemaOf(knex)}"`);
}

async function schemaOf(knex: Knex): Promise<string> {
  const { rows } = await knex.raw("select current_schema() as name");
  return rows[0].name;
}

import type { Knex } from "knex";
import type { SchemaDialect } from "../dialects/dialect.ts";

export async function down(knex: Knex): Promise<void> {
  for (const table of ["groups", "bindings"]) await knex.schema.dropTable(table);
  await knex.schema.alterTable("principals", (table) => table.dropColumn("publish"));
}

export async function up(knex: Knex, { types }: SchemaDialect): Promise<void> {
  const id = types.key(36);

  await knex.schema.alterTable("principals", (table) => {
    // Patterns as a JSON array; null: none.
    table.specificType("publish", types.text);
  });

  // A removed binding stays, so that who follows them hears of it. Each change has a revision of the directory of its own.
  await knex.schema.createTable("bindings", (table) => {
    table.specificType("id", id).primary();
    table.specificType("pattern", types.key(256)).notNullable();
    table.specificType("conversation_id", id).notNullable().references("conversations.id");
    table.specificType("maker_id", id).notNullable();
    table.bigInteger("changed").notNullable().unique();
    table.specificType("removed_at", types.time);
  });
  await knex.raw("create index bindings_made on bindings (maker_id) where removed_at is null");
  await knex.raw(
    "create unique index bindings_in_force on bindings (conversation_id, pattern) where removed_at is null",
  );

  // Its members are its conversation's. Written before that conversation, which it may not refer to therefore.
  await knex.schema.createTable("groups", (table) => {
    table.specificType("name", types.key(32)).primary();
    table.specificType("conversation_id", id).notNullable().unique();
  });
}

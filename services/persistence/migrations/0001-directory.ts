import type { Knex } from "knex";
import type { SchemaDialect } from "../dialects/dialect.ts";

export async function down(knex: Knex): Promise<void> {
  for (const table of ["tokens", "principals", "revisions"]) await knex.schema.dropTable(table);
}

export async function up(knex: Knex, { types }: SchemaDialect): Promise<void> {
  await knex.schema.createTable("principals", (table) => {
    table.specificType("id", types.key(36)).primary();
    table.specificType("handle", types.key(32)).notNullable().unique();
    table.specificType("name", types.text).notNullable();
    table.specificType("kind", types.key(16)).notNullable();
    table.specificType("role", types.key(16)).notNullable();
    table.boolean("disabled").notNullable();
  });

  await knex.schema.createTable("tokens", (table) => {
    table.specificType("id", types.key(36)).primary();
    table.specificType("principal_id", types.key(36)).notNullable().references("principals.id");
    table.specificType("hash", types.hash).notNullable().unique();
    table.specificType("label", types.text).notNullable();
    table.specificType("scopes", types.text);
    table.specificType("expires_at", types.time);
    table.specificType("created_at", types.time).notNullable();
    table.index(["principal_id", "id"]);
  });

  // A number raised in the transaction of each change: what is held of the directory belongs to one revision.
  await knex.schema.createTable("revisions", (table) => {
    table.specificType("name", types.key(32)).primary();
    table.bigInteger("value").notNullable();
  });
  await knex("revisions").insert({ name: "directory", value: 0 });
}

import type { Knex } from "knex";
import type { SchemaDialect } from "../dialects/dialect.ts";

export const down = (knex: Knex): Promise<void> => knex.schema.dropTable("presences");

/** A row for each principal, made with him: what is chosen and seen only ever changes it. */
export async function up(knex: Knex, { types }: SchemaDialect): Promise<void> {
  await knex.schema.createTable("presences", (table) => {
    table.specificType("principal_id", types.key(36)).primary().references("principals.id");
    table.specificType("status", types.key(16)).notNullable().defaultTo("online");
    table.specificType("text", types.text);
    table.specificType("until", types.time);
    table.specificType("seen", types.time);
    table.boolean("here").notNullable().defaultTo(false);
    table.bigInteger("version").notNullable().defaultTo(0);
    table.index(["here", "principal_id"]);
  });
  await knex.raw("insert into presences (principal_id) select id from principals");
}

import type { Knex } from "knex";

/** A row where this principal administers the system now. */
export const administrator = (knex: Knex, id: string): Knex.QueryBuilder =>
  knex("principals").where({ id, role: "admin", disabled: false }).select("id");

import type { Knex } from "knex";
import type { Statement, Value } from "../dialects/dialect.ts";

/** The directory's revision: what others hold of it belongs to one, and is void when it has moved. */
export async function revision(knex: Knex): Promise<number> {
  const row = await knex<{ name: string; value: number }>("revisions").where("name", "directory").first();
  return Number(row?.value ?? 0);
}

/** The first statement of each change of the directory; its row is there since the first migration. */
export const raise = (knex: Knex): Statement => ({
  query: knex("revisions").where("name", "directory").increment("value").returning("value"),
});

/** The revision that a change led to. */
export const revisionIn = (rows: Record<string, Value>[][]): number => Number(rows[0]?.[0]?.value);

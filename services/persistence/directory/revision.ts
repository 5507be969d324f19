import type { Knex } from "knex";
import type { Statement, Value } from "../dialects/dialect.ts";

/** The directory's revision: what others hold of it belongs to one, and is void when it has moved. */
export async function revision(knex: Knex): Promise<number> {
  const row: { value: number } | undefined = await of(knex).first("value");
  return Number(row?.value ?? 0);
}

/**
 * A change of the directory: raises the revision first, by which such changes wait for each other, and reads last what it
 * has become. (What an update itself returns is not everywhere what it has become while others waited.)
 */
export const changing = (knex: Knex, ...statements: readonly Statement[]): readonly Statement[] => [
  { query: of(knex).increment("value") },
  ...statements,
  { query: of(knex).select("value") },
];

const of = (knex: Knex) => knex("revisions").where("name", "directory");

/** The revision that a change led to. */
export const revisionIn = (rows: Record<string, Value>[][]): number => Number(rows.at(-1)?.[0]?.value);

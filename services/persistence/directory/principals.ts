import type { Knex } from "knex";
import Type from "typebox";
import type { Params, Result } from "../../../contract/actions.ts";
import { refuse } from "../../../contract/errors.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder } from "../../../contract/page-cursor.ts";
import type { Principal, Sender } from "../../../contract/principal.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { matching } from "../read/matching.ts";
import type { PrincipalRow } from "../tables.ts";
import { changing, revisionIn } from "./revision.ts";

const decode = cursorDecoder(Type.String());

/** By handle; those among `ids` and `handles` where they are given, with `q` in handle or name. */
export async function principals(
  knex: Knex,
  { q = "", ids, handles, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.principals">,
): Promise<Result<"persistence.principals">> {
  const stride = async (after: string, count: number): Promise<PrincipalRow[]> => {
    const query = knex<PrincipalRow>("principals").where("handle", ">", after).orderBy("handle").limit(count);
    if (ids) query.whereIn("id", ids);
    if (handles) query.whereIn("handle", handles);
    return query;
  };
  const page = await matching(q, limit, cursor === undefined ? "" : decode(cursor), stride, {
    key: (row) => row.handle,
    texts: (row) => [row.handle, row.name],
  });
  return { items: page.items.map(principalOf), next: page.next };
}

/** @throws `conflict` when handle or id is taken. */
export async function addPrincipal(
  { reader: knex, write }: Pick<Dialect, "reader" | "write">,
  { publish, ...principal }: Params<"persistence.addPrincipal">,
): Promise<{ revision: number }> {
  const row = { ...principal, ...published(publish) };
  const written = await write(
    changing(
      knex,
      { query: knex("principals").insert(row) },
      { query: knex("presences").insert({ principal_id: principal.id }) },
    ),
  );
  if ("undoneBy" in written) throw refuse("conflict", `The handle ${principal.handle} is taken`);
  return { revision: revisionIn(written.rows) };
}

/**
 * @throws `not-found`, or `conflict` when nobody would be left to administer: whether another can is read in the
 * transaction that writes, and raising the revision first makes such transactions wait for each other.
 */
export async function changePrincipal(
  { reader: knex, write }: Pick<Dialect, "reader" | "write">,
  { id, change: { publish, ...change } }: Params<"persistence.changePrincipal">,
): Promise<Result<"persistence.changePrincipal">> {
  const row = knex("principals").where({ id });
  const unguarded = change.role !== "user" && change.disabled !== true;
  const written = await write(
    changing(
      knex,
      { query: row.clone().select("id"), required: true },
      { query: unguarded ? knex.raw("select 1 as allowed") : othersAdminister(knex, id), required: true },
      // An update of nothing is no statement.
      { query: row.clone().update({ id, ...change, ...published(publish) }) },
    ),
  );
  if ("undoneBy" in written) {
    if (written.undoneBy === 1) throw refuse("not-found", "There is no such principal");
    throw refuse("conflict", "The last administrator cannot be disabled or demoted");
  }
  const changed = await knex<PrincipalRow>("principals").where({ id }).first();
  if (!changed) throw refuse("not-found", "There is no such principal");
  return { principal: principalOf(changed), revision: revisionIn(written.rows) };
}

/** Principals of these ids, with what they may publish to. */
export async function senders(knex: Knex, { ids }: Params<"persistence.senders">): Promise<Sender[]> {
  const rows = await knex<PrincipalRow>("principals").whereIn("id", ids);
  return rows.map((row) => ({ ...principalOf(row), publish: row.publish === null ? [] : JSON.parse(row.publish) }));
}

const published = (publish: string[] | undefined) => publish && { publish: JSON.stringify(publish) };

/** A row where he is no enabled administrator, or another one is. */
const othersAdminister = (knex: Knex, id: string) => {
  const administers = { role: "admin", disabled: false };
  return knex("principals")
    .where((other) => other.whereNot({ id }).andWhere(administers))
    .orWhere((he) => he.where({ id }).whereNot((both) => both.where(administers)))
    .limit(1)
    .select("id");
};

export const principalOf = ({ id, handle, name, kind, role, disabled }: PrincipalRow): Principal => ({
  id,
  handle,
  name,
  kind,
  role,
  disabled: Boolean(disabled),
});

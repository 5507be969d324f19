import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { PresenceRow } from "../tables.ts";

/** Ids of one page: they must cross the transporter. */
const PAGE = 10_000;

/** What is kept of these; unknown ones are left out. */
export async function presences(
  knex: Knex,
  { principalIds }: Params<"persistence.presences">,
): Promise<Result<"persistence.presences">> {
  const rows: PresenceRow[] = await knex<PresenceRow>("presences").whereIn("principal_id", principalIds);
  return rows.map(({ principal_id: principalId, here, version, ...rest }) => ({
    principalId,
    kept: { ...rest, here: Boolean(here), version: Number(version) },
  }));
}

/** Who is shown as here. */
export async function shownHere(
  knex: Knex,
  { after = "" }: Params<"persistence.shownHere">,
): Promise<Result<"persistence.shownHere">> {
  const principalIds: string[] = await knex<PresenceRow>("presences")
    .where("here", true)
    .andWhere("principal_id", ">", after)
    .orderBy("principal_id")
    .limit(PAGE)
    .pluck("principal_id");
  return { principalIds, next: principalIds.length < PAGE ? null : (principalIds.at(-1) ?? null) };
}

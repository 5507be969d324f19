import type { Knex } from "knex";
import Type from "typebox";
import type { Params, Result } from "../../../contract/actions.ts";
import { refuse } from "../../../contract/errors.ts";
import type { GroupSeen } from "../../../contract/group.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { GroupRow } from "../tables.ts";
import { changing, revision, revisionIn } from "./revision.ts";

const decode = cursorDecoder(Type.String());

/** What is counted and who is in it are the conversation's; it may not be there yet. */
type Row = GroupRow & { member_count: number | null; role: string | null };

/** By name. */
export async function groups(
  knex: Knex,
  { limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.groups">,
  callerId: string,
): Promise<Result<"persistence.groups">> {
  const rows: Row[] = await seen(knex, callerId)
    .where("g.name", ">", cursor === undefined ? "" : decode(cursor))
    .orderBy("g.name")
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(groupOf);
  return { items, next: rows.length > limit ? encodeCursor(items.at(-1)?.name) : null };
}

export async function group(
  knex: Knex,
  { name }: Params<"persistence.group">,
  callerId: string,
): Promise<Result<"persistence.group">> {
  const row: Row | undefined = await seen(knex, callerId).where("g.name", name).first();
  return row ? groupOf(row) : null;
}

export async function addGroup(
  { reader: knex, write }: Pick<Dialect, "reader" | "write">,
  { name, conversationId }: Params<"persistence.addGroup">,
): Promise<Result<"persistence.addGroup">> {
  const named = knex<GroupRow>("groups").where({ name });
  const found = await named.clone().first();
  if (found) return { conversationId: found.conversation_id, added: false, revision: await revision(knex) };
  const row = { name, conversation_id: conversationId };
  const written = await write(changing(knex, { query: knex("groups").insert(row) }));
  if (!("undoneBy" in written)) return { conversationId, added: true, revision: revisionIn(written.rows) };
  const other = await named.clone().first();
  if (!other) throw refuse("conflict", "The conversation is another group's");
  return { conversationId: other.conversation_id, added: false, revision: await revision(knex) };
}

const seen = (knex: Knex, callerId: string): Knex.QueryBuilder =>
  knex("groups as g")
    .leftJoin("conversations as c", "c.id", "g.conversation_id")
    .leftJoin("members as me", (on) =>
      on.on("me.conversation_id", "g.conversation_id").andOn("me.principal_id", knex.raw("?", [callerId])),
    )
    .select("g.name", "g.conversation_id", "c.member_count", "me.role");

const groupOf = (row: Row): GroupSeen => ({
  name: row.name,
  conversationId: row.conversation_id,
  members: row.member_count ?? 0,
  isMember: row.role !== null,
});

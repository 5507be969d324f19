import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Binding, BindingChange } from "../../../contract/binding.ts";
import { refuseStranger } from "../../../contract/conversation.ts";
import { refuse } from "../../../contract/errors.ts";
import { BINDINGS_OF_ONE, PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { Id, Strict } from "../../../contract/scalars.ts";
import { TopicPattern } from "../../../contract/topic.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { withRole } from "../read/guard.ts";
import type { BindingRow } from "../tables.ts";
import { administrator } from "./administrators.ts";
import { changing, revision, revisionIn } from "./revision.ts";

type Writing = Pick<Dialect, "reader" | "write">;

const decode = cursorDecoder(Strict({ conversationId: Id, pattern: TopicPattern }));

/** Changes in a page: 400 bytes each stay under `PAGE_BYTES`. */
const CHANGES = 1000;

/** By conversation and pattern, those that the caller may make. */
export async function bindings(
  knex: Knex,
  { limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.bindings">,
  callerId: string,
): Promise<Result<"persistence.bindings">> {
  const query = (await administrator(knex, callerId).first()) ? known(knex, callerId) : owned(knex, callerId);
  const after = cursor === undefined ? { conversationId: "", pattern: "" } : decode(cursor);
  const rows: BindingRow[] = await query
    // Said once more than logic needs: a range of the index to begin in.
    .andWhere("b.conversation_id", ">=", after.conversationId)
    .andWhere((beyond) =>
      beyond.where("b.conversation_id", ">", after.conversationId).orWhere("b.pattern", ">", after.pattern),
    )
    .whereNull("b.removed_at")
    .orderBy("b.pattern")
    .limit(limit + 1)
    .select("b.*");
  const items = rows.slice(0, limit).map(bindingOf);
  const last = items.at(-1);
  const next = rows.length > limit && last ? { conversationId: last.conversationId, pattern: last.pattern } : undefined;
  return { items, next: next ? encodeCursor(next) : null };
}

/** Of conversations that the caller owns. */
const owned = (knex: Knex, callerId: string): Knex.QueryBuilder =>
  knex("members as me")
    .join("bindings as b", "b.conversation_id", "me.conversation_id")
    .where({ "me.principal_id": callerId, "me.role": "owner" })
    .orderBy("me.conversation_id");

/** Of conversations that an administrator may know of. */
const known = (knex: Knex, callerId: string): Knex.QueryBuilder =>
  mayKnow(withRole(knex, callerId).join("bindings as b", "b.conversation_id", "c.id"), knex).orderBy(
    "b.conversation_id",
  );

/** Conversations `c` that are public, one's own (`me`), or a group's, of which every administrator may know. */
const mayKnow = (query: Knex.QueryBuilder, knex: Knex): Knex.QueryBuilder =>
  query.andWhere((either) =>
    either
      .where("c.private", false)
      .orWhereNotNull("me.role")
      .orWhereExists(knex("groups as g").where("g.conversation_id", knex.ref("c.id")).select("g.name")),
  );

/** Conversations `c` that the caller may bind: as an owner, or as an administrator who may know of them. */
const bindable = (knex: Knex, callerId: string): Knex.QueryBuilder =>
  withRole(knex, callerId).andWhere((either) =>
    either
      .where("me.role", "owner")
      .orWhere((administering) => mayKnow(administering.whereExists(administrator(knex, callerId)), knex)),
  );

/**
 * Adds a binding; the same once more is a repeat.
 * @throws what a stranger is told, `forbidden`, `conflict` when the pattern is bound there already, or he has made too many
 */
export async function addBinding(
  { reader: knex, write }: Writing,
  binding: Binding,
  callerId: string,
): Promise<Result<"persistence.addBinding">> {
  const { id, pattern, conversationId } = binding;
  const row = { id, pattern, conversation_id: conversationId };
  const written = await write(
    changing(
      knex,
      { query: bindable(knex, callerId).where("c.id", conversationId).select("c.id"), required: true },
      { query: room(knex, callerId), required: true },
      { query: knex("bindings").insert({ ...row, maker_id: callerId, changed: raised(knex) }) },
    ),
  );
  if (!("undoneBy" in written)) return { revision: revisionIn(written.rows) };
  if (written.undoneBy === 1) throw await refusal(knex, conversationId, callerId);
  const same = await knex<BindingRow>("bindings").where(row).first();
  if (same) return { revision: await revision(knex) };
  if (written.undoneBy === 2) throw refuse("conflict", `You have made ${BINDINGS_OF_ONE} bindings already`);
  throw refuse("conflict", "The pattern is bound to this conversation already");
}

/** @throws `not-found` when there is none that the caller might have made */
export async function removeBinding(
  { reader: knex, write }: Writing,
  { id }: Params<"persistence.removeBinding">,
  callerId: string,
): Promise<Result<"persistence.removeBinding">> {
  const removed = { removed_at: new Date().toISOString(), changed: raised(knex) };
  const written = await write(
    changing(knex, {
      query: knex<BindingRow>("bindings")
        .where({ id })
        .whereNull("removed_at")
        .whereExists(bindable(knex, callerId).where("c.id", knex.ref("bindings.conversation_id")).select("c.id"))
        .update(removed),
      required: true,
    }),
  );
  if ("undoneBy" in written) throw refuse("not-found", "There is no such binding");
  return { revision: revisionIn(written.rows) };
}

/** What has changed since a revision of the directory, in order. */
export async function bindingChanges(
  knex: Knex,
  { after }: Params<"persistence.bindingChanges">,
): Promise<Result<"persistence.bindingChanges">> {
  const rows: BindingRow[] = await knex("bindings").where("changed", ">", after).orderBy("changed").limit(CHANGES);
  return { changes: rows.map(changeOf), more: rows.length === CHANGES };
}

/** A row where the caller may make one more: an administrator, or who has not made too many. */
const room = (knex: Knex, callerId: string): Knex.Raw => {
  const made = knex<BindingRow>("bindings").where("maker_id", callerId).whereNull("removed_at").count();
  return knex.raw("select 1 as room where exists ? or ? < ?", [administrator(knex, callerId), made, BINDINGS_OF_ONE]);
};

/** The revision that the transaction's first statement has led to. */
const raised = (knex: Knex) => knex.raw("(select value from revisions where name = ?)", ["directory"]);

/** Why somebody may not bind a conversation. */
async function refusal(knex: Knex, conversationId: string, callerId: string) {
  const row: { private: boolean | number; role: string | null } | undefined = await withRole(knex, callerId)
    .where("c.id", conversationId)
    .first("c.private", "me.role");
  if (!row?.role) return refuseStranger(row ? { private: Boolean(row.private) } : null);
  return refuse("forbidden", "It takes an owner to bind a conversation");
}

const bindingOf = (row: BindingRow): Binding => ({
  id: row.id,
  pattern: row.pattern,
  conversationId: row.conversation_id,
});

const changeOf = (row: BindingRow): BindingChange => ({
  ...bindingOf(row),
  changed: Number(row.changed),
  removed: row.removed_at !== null,
});

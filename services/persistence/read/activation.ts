import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { AppendedEntry, Fact } from "../../../contract/append.ts";
import { PAGE_BYTES } from "../../../contract/limits.ts";
import type { ConversationRow, EntryRow, GroupRow, MemberRow } from "../tables.ts";
import { withRole } from "./guard.ts";
import { appendedEntryOf } from "./rows.ts";

/** Entries that an actor starts with: repeats and announcements that were missed concern the last few. */
const RECENT = 100;
/** Members in a page: 300 KB. */
const ROLES = 5000;

/**
 * What an actor is activated from. Its parts are read one after the other: what lies at or below a head never changes,
 * and an actor whose head has moved meanwhile is refused at its first append.
 */
export async function load(
  knex: Knex,
  { conversationId }: Params<"persistence.load">,
): Promise<Result<"persistence.load">> {
  const row = await knex<ConversationRow>("conversations").where("id", conversationId).first();
  if (!row) return null;
  return {
    head: { seq: row.head_seq, hash: row.head_hash.toString("hex") },
    ordinal: row.head_ordinal,
    sentAt: row.head_at,
    kind: row.kind,
    private: Boolean(row.private),
    name: row.name,
    purpose: row.purpose,
    archived: Boolean(row.archived),
    importing: Boolean(row.importing),
    creatorId: row.creator_id,
    group: (await knex<GroupRow>("groups").where("conversation_id", conversationId).first("name")) !== undefined,
    recent: await recent(knex, row),
  };
}

async function recent(knex: Knex, { id, head_seq: head }: ConversationRow): Promise<AppendedEntry[]> {
  const rows = await knex<EntryRow>("entries")
    .where("conversation_id", id)
    .andWhere("seq", ">", head - RECENT)
    .andWhere("seq", "<=", head)
    .orderBy("seq", "desc");
  let bytes = 0;
  const fit = rows.filter(({ body }) => {
    bytes += 700 + Buffer.byteLength(body ?? "");
    return bytes <= PAGE_BYTES;
  });
  return fit.reverse().map(appendedEntryOf);
}

export async function roles(
  knex: Knex,
  { conversationId, after = "" }: Params<"persistence.roles">,
): Promise<Result<"persistence.roles">> {
  const rows = await knex<MemberRow>("members")
    .where("conversation_id", conversationId)
    .andWhere("principal_id", ">", after)
    .orderBy("principal_id")
    .limit(ROLES)
    .select("principal_id", "role", "joined_seq");
  return {
    roles: rows.map((row) => [row.principal_id, row.role, row.joined_seq]),
    next: rows.length < ROLES ? null : (rows.at(-1)?.principal_id ?? null),
  };
}

export async function facts(
  knex: Knex,
  { conversationId, seqs }: Params<"persistence.facts">,
): Promise<Result<"persistence.facts">> {
  const rows = await knex<EntryRow>("entries")
    .where("conversation_id", conversationId)
    .whereIn("seq", seqs)
    .andWhere("type", "message")
    .select("seq", "sender_id", "reply_to");
  return rows.map(
    (row): Fact => ({
      seq: row.seq,
      senderId: row.sender_id,
      ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    }),
  );
}

export async function direct(knex: Knex, key: string): Promise<string | null> {
  const row = await knex<ConversationRow>("conversations").where("key", key).first("id");
  return row?.id ?? null;
}

/** Public conversations of this name, and private ones that the caller is in; a group's has an address of its own. */
export async function named(knex: Knex, name: string, callerId: string): Promise<string[]> {
  return withRole(knex, callerId)
    .where("c.name", name)
    .whereIn("c.kind", ["channel", "broadcast"])
    .andWhere((either) => either.where("c.private", false).orWhereNotNull("me.role"))
    .whereNotExists(knex("groups as g").where("g.conversation_id", knex.ref("c.id")).select("g.name"))
    .orderBy("c.id")
    .pluck("c.id");
}

import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import { type Conversation, refuseStranger } from "../../../contract/conversation.ts";
import type { Role } from "../../../contract/entry.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { Id, type Page, Strict } from "../../../contract/scalars.ts";
import type { ConversationRow, MemberRow } from "../tables.ts";
import { withRole } from "./guard.ts";

const decode = cursorDecoder(Id);

/** Conversations in a page of heads: 240 bytes each stay under `PAGE_BYTES`. */
const HEADS = 2000;

type Joined = ConversationRow & Pick<MemberRow, "role" | "read_seq" | "read_ordinal" | "mentioned" | "mentioned_read">;

/** The caller's conversations, by id. */
export async function conversations(
  knex: Knex,
  { limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.conversations">,
  callerId: string,
): Promise<Page<Conversation>> {
  const rows: Joined[] = await mine(knex, callerId, cursor, limit).select(
    "c.*",
    "me.role",
    "me.read_seq",
    "me.read_ordinal",
    "me.mentioned",
    "me.mentioned_read",
  );
  return paged(rows, limit, (row) => conversationOf(row, callerId));
}

/** One of the caller's conversations, or the listing of a public one that he is not in. */
export async function conversation(
  knex: Knex,
  { conversationId }: Params<"persistence.conversation">,
  callerId: string,
): Promise<Result<"persistence.conversation">> {
  const row: (ConversationRow & (Joined | { role: null })) | undefined = await withRole(knex, callerId)
    .where("c.id", conversationId)
    .select("c.*", "me.role", "me.read_seq", "me.read_ordinal", "me.mentioned", "me.mentioned_read")
    .first();
  if (!row) throw refuseStranger(null);
  if (row.role !== null) return conversationOf(row, callerId);
  if (row.private) throw refuseStranger({ private: true });
  return listingOf({ ...row, role: null });
}

/** Role and head of each of the caller's conversations, by id. */
export async function heads(
  knex: Knex,
  { cursor }: Params<"persistence.heads">,
  callerId: string,
): Promise<Result<"persistence.heads">> {
  type Row = Pick<ConversationRow, "id" | "head_seq" | "head_hash"> & Pick<MemberRow, "role">;
  const rows: Row[] = await mine(knex, callerId, cursor, HEADS).select("c.id", "c.head_seq", "c.head_hash", "me.role");
  return paged(rows, HEADS, (row) => ({ conversationId: row.id, role: row.role, head: headOf(row) }));
}

const decodePlace = cursorDecoder(Strict({ principalId: Id, conversationId: Id }));

/** Heads of several principals' conversations, by principal and id. */
export async function headsOf(
  knex: Knex,
  { principalIds, cursor }: Params<"persistence.headsOf">,
): Promise<Result<"persistence.headsOf">> {
  type Row = Pick<ConversationRow, "kind" | "head_seq" | "head_hash"> &
    Pick<MemberRow, "principal_id" | "conversation_id" | "joined_seq">;
  const place = cursor === undefined ? undefined : decodePlace(cursor);
  const left = place ? principalIds.filter((id) => id >= place.principalId) : principalIds;
  const query = knex("members as me")
    .join("conversations as c", "c.id", "me.conversation_id")
    .whereIn("me.principal_id", left)
    .orderBy(["me.principal_id", "me.conversation_id"])
    .limit(HEADS + 1)
    .select("me.principal_id", "me.conversation_id", "me.joined_seq", "c.kind", "c.head_seq", "c.head_hash");
  if (place)
    query.andWhere((beyond) =>
      beyond.where("me.principal_id", ">", place.principalId).orWhere("me.conversation_id", ">", place.conversationId),
    );
  const rows: Row[] = await query;
  const items = rows.slice(0, HEADS).map((row) => ({
    principalId: row.principal_id,
    conversationId: row.conversation_id,
    head: headOf(row),
    // A direct conversation is shown from its beginning.
    from: row.kind === "direct" ? 1 : row.joined_seq,
  }));
  const last = items.at(-1);
  const more = rows.length > HEADS && last;
  return {
    items,
    next: more ? encodeCursor({ principalId: last.principalId, conversationId: last.conversationId }) : null,
  };
}

const mine = (knex: Knex, callerId: string, cursor: string | undefined, limit: number) =>
  knex("members as me")
    .join("conversations as c", "c.id", "me.conversation_id")
    .where("me.principal_id", callerId)
    .andWhere("me.conversation_id", ">", cursor === undefined ? "" : decode(cursor))
    .orderBy("me.conversation_id")
    .limit(limit + 1);

/** Turns up to one row more than the page takes into a page. */
function paged<Row extends { id: string }, Item>(rows: Row[], limit: number, item: (row: Row) => Item): Page<Item> {
  const items = rows.slice(0, limit);
  return { items: items.map(item), next: rows.length > limit ? encodeCursor(items.at(-1)?.id) : null };
}

const headOf = (row: Pick<ConversationRow, "head_seq" | "head_hash">) => ({
  seq: row.head_seq,
  hash: row.head_hash.toString("hex"),
});

const conversationOf = (row: Joined, callerId: string): Conversation => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  ...(row.key === null ? {} : { with: otherOf(row.key, callerId) }),
  private: Boolean(row.private),
  purpose: row.purpose,
  role: row.role,
  head: headOf(row),
  readSeq: row.read_seq,
  unread: row.head_ordinal - row.read_ordinal,
  mentions: row.mentioned - row.mentioned_read,
  archived: Boolean(row.archived),
});

/** The other of a direct pair; oneself in a conversation with oneself. */
const otherOf = (key: string, callerId: string): string => key.split(":").find((id) => id !== callerId) ?? callerId;

export const listingOf = (row: ConversationRow & { role: Role | null }) => ({
  id: row.id,
  kind: row.kind,
  name: row.name ?? "",
  purpose: row.purpose,
  members: row.member_count,
  role: row.role,
});

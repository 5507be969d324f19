import type { Knex } from "knex";
import { refuseStranger } from "../../../contract/conversation.ts";
import type { Role } from "../../../contract/entry.ts";

/** What every guarded read says besides what it reads: the log's end, and the caller's role in the conversation. */
export type Seen = { seen_private: boolean | number; seen_head: number; seen_role: Role | null };

/**
 * The conversation `c` and the caller's membership `me`, to join what is read onto: permission and content come from one
 * statement, so nothing is read under a membership that has ended (G5). One row at least where the conversation exists.
 */
export const guarded = (knex: Knex, conversationId: string, callerId: string): Knex.QueryBuilder =>
  withRole(knex, callerId)
    .where("c.id", conversationId)
    .select("c.private as seen_private", "c.head_seq as seen_head", "me.role as seen_role");

/** Conversations `c`, each with the caller's membership `me` if there is one. */
export const withRole = (knex: Knex, callerId: string): Knex.QueryBuilder =>
  knex("conversations as c").leftJoin("members as me", (on) =>
    on.on("me.conversation_id", "c.id").andOn("me.principal_id", knex.raw("?", [callerId])),
  );

/** @throws what a stranger is told, unless the caller is a member. */
export function admit<Row extends Seen>(rows: readonly Row[]): readonly [Row, ...Row[]] {
  const [first, ...rest] = rows;
  if (!first) throw refuseStranger(null);
  if (first.seen_role === null) throw refuseStranger({ private: Boolean(first.seen_private) });
  return [first, ...rest];
}

import type { Knex } from "knex";
import type { EntryRow } from "../tables.ts";
import { admit, guarded, type Seen } from "./guard.ts";

/** A range of a conversation's log, bounds exclusive. */
export type Range = { before?: number; after?: number };

type Selection = Range & {
  order: "asc" | "desc";
  count: number;
  messages?: boolean;
  replyTo?: number;
};

/** Entries of a range as the caller may see them; which are read is one index range. */
export async function entriesFor(
  knex: Knex,
  conversationId: string,
  callerId: string,
  { before, after, order, count, messages, replyTo }: Selection,
): Promise<EntryRow[]> {
  const rows: (Seen & (EntryRow | { seq: null }))[] = await guarded(knex, conversationId, callerId)
    .leftJoin("entries as e", (on) => {
      on.on("e.conversation_id", "me.conversation_id");
      if (after !== undefined) on.andOn("e.seq", ">", knex.raw("?", [after]));
      if (before !== undefined) on.andOn("e.seq", "<", knex.raw("?", [before]));
      // Written out, not bound: a filtered index is used only where its condition stands in the statement.
      if (messages) on.andOn("e.type", knex.raw("'message'"));
      if (replyTo !== undefined) on.andOn("e.reply_to", knex.raw("?", [replyTo]));
    })
    .select("e.*")
    .orderBy("e.seq", order)
    .limit(count);
  return admit(rows).filter((row) => row.seq !== null);
}

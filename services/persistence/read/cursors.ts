import type { Knex } from "knex";
import type { ReadState } from "../../../contract/conversation.ts";
import { admit, guarded, type Seen } from "./guard.ts";

type Joined = {
  head_seq: number;
  head_ordinal: number;
  read_seq: number;
  read_ordinal: number;
  mentioned: number;
  mentioned_read: number;
  /** Messages up to the wanted position; null where that is no entry. */
  ordinal: number | null;
  /** Mentions between the stored position and the wanted one. */
  passed: number;
};

/** What the caller's cursor is, moved to `seq`: never back, and not beyond the head. Nothing is written. */
export async function moved(
  knex: Knex,
  { conversationId, seq }: { conversationId: string; seq: number },
  callerId: string,
): Promise<ReadState> {
  const wanted = knex.raw("case when ? > c.head_seq then c.head_seq else ? end", [seq, seq]);
  const rows: (Seen & Joined)[] = await guarded(knex, conversationId, callerId)
    .leftJoin("entries as e", (on) => on.on("e.conversation_id", "me.conversation_id").andOn("e.seq", wanted))
    .select("c.head_seq", "c.head_ordinal", "e.ordinal")
    .select("me.read_seq", "me.read_ordinal", "me.mentioned", "me.mentioned_read")
    .select(
      knex("mentions as n")
        .where("n.principal_id", callerId)
        .andWhere("n.conversation_id", conversationId)
        .andWhere("n.seq", ">", knex.ref("me.read_seq"))
        .andWhere("n.seq", "<=", seq)
        .count()
        .as("passed"),
    );
  const [row] = admit(rows);
  const target = Math.min(seq, row.head_seq);
  if (target <= row.read_seq || row.ordinal === null) {
    return {
      readSeq: row.read_seq,
      unread: row.head_ordinal - row.read_ordinal,
      mentions: row.mentioned - row.mentioned_read,
    };
  }
  return {
    readSeq: target,
    unread: row.head_ordinal - row.ordinal,
    mentions: row.mentioned - row.mentioned_read - row.passed,
  };
}

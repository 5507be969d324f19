import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Reaction, Target } from "../../../contract/append.ts";
import { canonical } from "../../../contract/chain.ts";
import type { MessageRow } from "../tables.ts";
import { contentOf, isRedacted } from "./fold.ts";

/** Messages that commands change, as they are now: for their conversation's actor, which decides who may. */
export async function targets(
  knex: Knex,
  { conversationId, seqs, reactions }: Params<"persistence.targets">,
): Promise<Result<"persistence.targets">> {
  const rows: MessageRow[] = await knex("entries as e")
    .leftJoin("entries as v", (on) =>
      on
        .on("v.conversation_id", "e.conversation_id")
        .andOn("v.target_seq", "e.seq")
        .andOn(knex.raw("v.overtaken_by is null and v.type = 'edit'")),
    )
    .where("e.conversation_id", conversationId)
    .whereIn("e.seq", seqs)
    .andWhere("e.type", "message")
    .select("e.*", "v.body as version", "v.sent_at as edited_at");
  const pins: { target_seq: number }[] = await inForce(knex, conversationId, seqs).andWhere("type", "pin");
  const pinned = new Set(pins.map(({ target_seq }) => target_seq));
  const on = await Promise.all(reactions.map((one) => reaction(knex, conversationId, one)));
  const standing = await emojis(knex, conversationId, [...new Set(reactions.map(({ seq }) => seq))]);
  return rows.map((row): Target => {
    const line = { seq: row.seq, senderId: row.sender_id, ...(row.reply_to === null ? {} : { replyTo: row.reply_to }) };
    if (isRedacted(row)) return { ...line, redacted: true, pinned: false, reactions: [], emojis: [] };
    const { text, data } = contentOf(row);
    const own = reactions.filter((one, index) => one.seq === row.seq && on[index]);
    const known: Reaction[] = own.map(({ principalId, emoji }) => ({ principalId, emoji }));
    const marks = { pinned: pinned.has(row.seq), reactions: known, emojis: standing.get(row.seq) ?? [] };
    return { ...line, text, data, redacted: false, ...marks };
  });
}

const inForce = (knex: Knex, conversationId: string, seqs: readonly number[]): Knex.QueryBuilder =>
  knex("entries")
    .where("conversation_id", conversationId)
    .whereIn("target_seq", seqs)
    .andWhereRaw("overtaken_by is null")
    .select("target_seq");

/** The different emoji that stand on messages, by their seq. */
async function emojis(knex: Knex, conversationId: string, seqs: readonly number[]): Promise<Map<number, string[]>> {
  if (seqs.length === 0) return new Map();
  const rows: { target_seq: number; body: string }[] = await inForce(knex, conversationId, seqs)
    .andWhere("type", "reaction")
    .groupBy("target_seq", "body")
    .select("body");
  const bySeq = Map.groupBy(rows, ({ target_seq }) => target_seq);
  return new Map([...bySeq].map(([seq, found]) => [seq, found.map(({ body }) => emojiOf(body))]));
}

const emojiOf = (body: string): string => JSON.parse(body).emoji;

/** Whether a reaction stands. */
async function reaction(
  knex: Knex,
  conversationId: string,
  { seq, principalId, emoji }: Reaction & { seq: number },
): Promise<boolean> {
  const row = await inForce(knex, conversationId, [seq])
    .andWhere({ type: "reaction", sender_id: principalId, body: canonical({ emoji, on: true }) })
    .first();
  return row !== undefined;
}

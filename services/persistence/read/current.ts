import { setImmediate } from "node:timers/promises";
import type { Knex } from "knex";
import type { CurrentMessage, CurrentPage, MessageKey } from "../../../contract/actions/readers.ts";
import { PAGE_BYTES } from "../../../contract/limits.ts";
import type { MessageRow } from "../tables.ts";
import { contentOf, isRedacted } from "./fold.ts";

/** Places that are looked up at once: long texts end a page before all of it is in memory. */
const STRIDE = 50;
/** Bytes of a message in the answer besides its text. */
const MESSAGE_BYTES = 300;

/** The entry that a message's last version is from. */
type CurrentRow = MessageRow & { version_seq: number | null };

/** Messages as they are now, wherever they are: for the index, which is nobody's. */
export const current = (knex: Knex, keys: readonly MessageKey[]): Promise<CurrentPage> =>
  paged(keys, (some) => messages(knex, some));

/** Messages as they are now, where the caller is a member now: permission and content come from one statement (G5). */
export const mine = (knex: Knex, keys: readonly MessageKey[], callerId: string): Promise<CurrentPage> =>
  paged(keys, (some) =>
    messages(knex, some).join("members as me", (on) =>
      on.on("me.conversation_id", "e.conversation_id").andOn("me.principal_id", knex.raw("?", [callerId])),
    ),
  );

/** Messages `e` among these places, each with the version that is in force. */
const messages = (knex: Knex, keys: readonly MessageKey[]): Knex.QueryBuilder =>
  knex("entries as e")
    .leftJoin("entries as v", (on) =>
      on
        .on("v.conversation_id", "e.conversation_id")
        .andOn("v.target_seq", "e.seq")
        // Written out, as in the filtered index, which serves only where its condition is met for sure.
        .andOn(knex.raw("v.overtaken_by is null and v.type = 'edit'")),
    )
    // A list of pairs is written differently by each database; what follows is the same in all.
    .where((any) => {
      for (const { conversationId, seq } of keys)
        any.orWhere((one) => one.where("e.conversation_id", conversationId).andWhere("e.seq", seq));
    })
    .andWhere("e.type", "message")
    .select("e.*", "v.body as version", "v.seq as version_seq", "v.sent_at as edited_at");

async function paged(
  keys: readonly MessageKey[],
  read: (some: readonly MessageKey[]) => Knex.QueryBuilder,
): Promise<CurrentPage> {
  const page: CurrentMessage[] = [];
  let bytes = 0;
  for (let from = 0; from < keys.length; from += STRIDE) {
    if (from > 0) await setImmediate();
    const rows: CurrentRow[] = await read(keys.slice(from, from + STRIDE));
    for (const [index, row] of rows.entries()) {
      bytes += MESSAGE_BYTES + Buffer.byteLength(row.version ?? row.body ?? "");
      if (page.length > 0 && bytes > PAGE_BYTES) {
        const unread = rows.slice(index).map(({ conversation_id, seq }) => ({ conversationId: conversation_id, seq }));
        return { messages: page, left: [...unread, ...keys.slice(from + STRIDE)] };
      }
      page.push(currentOf(row));
    }
  }
  return { messages: page, left: [] };
}

function currentOf(row: CurrentRow): CurrentMessage {
  const line = {
    conversationId: row.conversation_id,
    seq: row.seq,
    senderId: row.sender_id,
    sentAt: row.sent_at,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    replies: row.replies,
  };
  const { text } = contentOf(row);
  if (isRedacted(row) || typeof text !== "string") return { ...line, redacted: true };
  return { ...line, version: row.version_seq ?? row.seq, text };
}

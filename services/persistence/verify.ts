import { setImmediate } from "node:timers/promises";
import type { Knex } from "knex";
import type { Params } from "../../contract/actions.ts";
import { type LinkFault, linkFault, NOTHING } from "../../contract/chain.ts";
import type { Verdict } from "../../contract/conversation.ts";
import type { Head } from "../../contract/scalars.ts";
import { sealOf } from "./append/seal.ts";
import { admit, guarded, type Seen } from "./read/guard.ts";
import { lineOf } from "./read/rows.ts";
import { Replay } from "./replay.ts";
import type { ConversationRow, EntryRow, MemberRow } from "./tables.ts";
import { misMarked } from "./verify-marks.ts";

/** Entries read at once: at most some megabytes, and the event loop is free between. */
const STRIDE = 50;

type Fault = Extract<Verdict, { ok: false }>;

/** A `seq` set by hand may be anything. */
const fault = (seq: number, reason: Fault["reason"]): Fault => ({
  ok: false,
  seq: Number.isSafeInteger(seq) ? Math.max(0, seq) : 0,
  reason,
});

/**
 * Recomputes a conversation's chain from what is stored, and finds the first entry that was changed, removed or inserted
 * behind the router's back (G6). Appends go on meanwhile: what is compared is the log up to the head of the first read.
 */
export async function verify(
  knex: Knex,
  { conversationId, anchors = [] }: Params<"persistence.verify">,
  callerId: string,
): Promise<Verdict> {
  const { conversation, members } = await headAndMembers(knex, conversationId, callerId);
  const anchored = Map.groupBy(anchors, ({ seq }) => seq);
  const head: Head = { seq: conversation.head_seq, hash: conversation.head_hash.toString("hex") };
  const replay = new Replay();

  let previous = NOTHING;
  let marked: number | undefined;
  for await (const rows of walk(knex, conversationId, head.seq)) {
    for (const row of rows) {
      const broken = rowFault(previous, row, replay);
      if (broken) return fault(broken === "missing" ? previous.seq + 1 : row.seq, broken);
      previous = { seq: row.seq, hash: row.hash.toString("hex") };
      if (anchored.get(row.seq)?.some(({ hash }) => hash !== previous.hash)) return fault(row.seq, "anchor");
    }
    marked ??= await misMarked(knex, conversationId, rows);
  }
  if (previous.seq < head.seq) return fault(previous.seq + 1, "missing");

  const beyond = await beyondHead(knex, conversationId);
  if (beyond !== undefined) return fault(beyond, "beyond-head");
  // Last of the entries' faults, for a changed entry also makes that wrong which follows from it.
  if (marked !== undefined) return fault(marked, "hash");
  if (previous.hash !== head.hash || !replay.explains(conversation)) return fault(head.seq, "head");
  if (!replay.explainsMembers(members, conversation.member_count)) return fault(head.seq, "members");
  const lost = anchors.map(({ seq }) => seq).filter((seq) => seq > head.seq);
  if (lost.length > 0) return fault(Math.min(...lost), "anchor");
  return { ok: true, entries: head.seq, head };
}

/** Checks a row against its predecessor, and takes it into the replay. What cannot even be hashed is not what was. */
function rowFault(previous: Head, row: EntryRow, replay: Replay): LinkFault | undefined {
  // Before the first entry there is none, so nothing can lie there.
  if (row.seq < 1) return "prev-hash";
  if (![row.body_hash, row.prev_hash, row.hash].every((hash) => Buffer.isBuffer(hash))) return "hash";
  try {
    const broken = linkFault(previous, lineOf(row), typeof row.body === "string" ? row.body : null);
    if (broken) return broken;
    replay.apply(row);
  } catch {
    return "hash";
  }
  return row.ordinal === replay.ordinal && isSealed(row) ? undefined : "hash";
}

/** Whether a command's id is the one that was stored, or there was none. */
function isSealed({ hash, command_id, command_seal }: EntryRow): boolean {
  if (command_id === null || command_seal === null) return command_id === command_seal;
  return sealOf(hash.toString("hex"), String(command_id)).equals(Buffer.from(command_seal));
}

type StoredMember = Pick<MemberRow, "principal_id" | "role" | "joined_seq">;

/** In one read: a join between two would look like a member whom the log does not know. */
async function headAndMembers(knex: Knex, conversationId: string, callerId: string) {
  const rows: (Seen & ConversationRow & StoredMember)[] = await guarded(knex, conversationId, callerId)
    .leftJoin("members as m", "m.conversation_id", "me.conversation_id")
    .select("c.*", "m.principal_id", "m.role", "m.joined_seq");
  const members = admit(rows);
  return { conversation: members[0], members };
}

/** The rows up to a head in the order of their seq, also those that no log can have. */
async function* walk(knex: Knex, conversationId: string, head: number): AsyncGenerator<EntryRow[]> {
  for (let after = Number.MIN_SAFE_INTEGER; ; await setImmediate()) {
    const rows = await knex<EntryRow>("entries")
      .where("conversation_id", conversationId)
      .andWhere("seq", ">", after)
      .andWhere("seq", "<=", head)
      .orderBy("seq")
      .limit(STRIDE);
    yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < STRIDE) return;
    after = last.seq;
  }
}

/** The first entry beyond the head, unless the head, read again, has reached it: then it was being appended. */
async function beyondHead(knex: Knex, conversationId: string): Promise<number | undefined> {
  const row: { seq: number } | undefined = await knex("conversations as c")
    .join("entries as e", (on) => on.on("e.conversation_id", "c.id").andOn("e.seq", ">", "c.head_seq"))
    .where("c.id", conversationId)
    .orderBy("e.seq")
    .first("e.seq");
  if (!row) return undefined;
  const again = await knex<ConversationRow>("conversations").where("id", conversationId).first("head_seq");
  return again && again.head_seq >= row.seq ? undefined : row.seq;
}

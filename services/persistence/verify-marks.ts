import type { Knex } from "knex";
import type { EntryRow } from "./tables.ts";

type Mark = Pick<EntryRow, "seq" | "type" | "target_seq" | "sender_id" | "body">;

/**
 * What an append marks on earlier entries (which is in force, how many replies) is not hashed: it follows from the log.
 * @returns the first of these rows, or of those that they refer to, which is not marked as the log has it. Marks only
 * ever move on, so appends meanwhile raise no false alarm.
 */
export async function misMarked(
  knex: Knex,
  conversationId: string,
  rows: readonly EntryRow[],
): Promise<number | undefined> {
  const faults = [
    ...(await wronglyOvertaken(knex, conversationId, rows)),
    ...(await stillInForce(knex, conversationId, rows)),
    ...(await miscounted(knex, conversationId, rows)),
  ];
  return faults.length === 0 ? undefined : Math.min(...faults);
}

/** What each type of entry gives way to. */
const overtakers: Partial<Record<EntryRow["type"], readonly string[]>> = {
  message: ["edit", "redact"],
  edit: ["edit", "redact"],
  reaction: ["reaction", "redact"],
  pin: ["pin", "redact"],
};

/** The message that an entry belongs to. */
const messageOf = ({ type, seq, target_seq }: Mark): number | null => (type === "message" ? seq : target_seq);

/** Rows that are marked as overtaken by what does not overtake them. */
async function wronglyOvertaken(knex: Knex, conversationId: string, rows: readonly EntryRow[]): Promise<number[]> {
  const overtaken = rows.filter(({ overtaken_by }) => overtaken_by !== null);
  if (overtaken.length === 0) return [];
  const found: Mark[] = await knex("entries")
    .where("conversation_id", conversationId)
    .whereIn(
      "seq",
      overtaken.map(({ overtaken_by }) => overtaken_by),
    )
    .select("seq", "type", "target_seq", "sender_id", "body");
  const bySeq = new Map(found.map((row) => [row.seq, row]));
  const sound = (row: EntryRow, by: Mark | undefined) => by !== undefined && overtakes(by, row);
  return overtaken.filter((row) => !sound(row, bySeq.get(row.overtaken_by ?? 0))).map(({ seq }) => seq);
}

/** Entries that are in force although one of these rows overtook them. */
async function stillInForce(knex: Knex, conversationId: string, rows: readonly EntryRow[]): Promise<number[]> {
  const marks = rows.filter(({ type, target_seq }) => type !== "message" && overtakers[type] && target_seq !== null);
  const redactions = rows.filter(({ type }) => type === "redact");
  const later = [...marks, ...redactions];
  if (later.length === 0) return [];
  const targets = [...new Set(later.map(messageOf))];
  const messages: Mark[] = await knex("entries")
    .where("conversation_id", conversationId)
    .whereIn("seq", targets)
    .andWhere("type", "message")
    .whereNull("overtaken_by")
    .select("seq", "type", "target_seq", "sender_id", "body");
  const inForce: Mark[] = await knex("entries")
    .where("conversation_id", conversationId)
    .whereIn("target_seq", targets)
    .andWhereRaw("overtaken_by is null")
    .select("seq", "type", "target_seq", "sender_id", "body");
  return [...messages, ...inForce].filter((one) => later.some((by) => overtakes(by, one))).map(({ seq }) => seq);
}

function overtakes(by: Mark, one: Mark): boolean {
  if (messageOf(by) !== messageOf(one) || !overtakers[one.type]?.includes(by.type)) return false;
  // What takes a reaction or pin off leaves none in force, itself included.
  if (by.seq === one.seq) return by.type !== "edit" && contentOf(by).on === false;
  if (by.seq < one.seq) return false;
  if (one.type !== "reaction" || by.type !== "reaction") return true;
  return by.sender_id === one.sender_id && contentOf(by).emoji === contentOf(one).emoji;
}

const contentOf = ({ body }: Mark): { on?: boolean; emoji?: string } => JSON.parse(body ?? "{}");

/** Messages whose number of replies is not that of the replies which are not redacted. */
async function miscounted(knex: Knex, conversationId: string, rows: readonly EntryRow[]): Promise<number[]> {
  const messages = rows.filter(({ type }) => type === "message").map(({ seq }) => seq);
  const versions = knex("entries as v")
    .where("v.conversation_id", knex.ref("r.conversation_id"))
    .andWhere("v.target_seq", knex.ref("r.seq"))
    .andWhereRaw("v.overtaken_by is null and v.type = 'edit'");
  const replies = knex("entries as r")
    .where("r.conversation_id", knex.ref("e.conversation_id"))
    .andWhere("r.reply_to", knex.ref("e.seq"))
    .andWhere((shown) => shown.whereNull("r.overtaken_by").orWhereExists(versions))
    .count();
  const strays = rows.filter(({ type, replies }) => type !== "message" && replies !== 0).map(({ seq }) => seq);
  const wrong: number[] = await knex("entries as e")
    .where("e.conversation_id", conversationId)
    .whereIn("e.seq", messages)
    .andWhere("e.replies", "<>", replies)
    .pluck("e.seq");
  return [...strays, ...wrong];
}

import type { Knex } from "knex";
import type { EntryRow, MessageRow } from "../tables.ts";
import { admit, guarded, type Seen } from "./guard.ts";
import type { Stride } from "./page.ts";

/** Entries looked through for messages in one read. A log has no gaps, so a range of seqs bounds the work. */
const WINDOW = 1000;

/** A conversation's log as one caller may see it: every read checks anew that he is a member. */
export class LogView {
  readonly #knex: Knex;
  readonly #conversationId: string;
  readonly #callerId: string;

  constructor(knex: Knex, conversationId: string, callerId: string) {
    this.#knex = knex;
    this.#conversationId = conversationId;
    this.#callerId = callerId;
  }

  /** All entries, ascending. */
  async entries(after: number, count: number): Promise<Stride<EntryRow>> {
    const { rows } = await this.#read(count, "asc", (range) => range.where("seq", ">", after));
    return { rows, next: goOn(rows, count) ?? null };
  }

  /** The replies to a message, ascending. */
  async replies(root: number, after: number, count: number): Promise<Stride<MessageRow>> {
    const { rows } = await this.#messages(count, "asc", (range) =>
      range.where("reply_to", root).andWhere("seq", ">", after),
    );
    return { rows, next: goOn(rows, count) ?? null };
  }

  async message(seq: number): Promise<MessageRow | undefined> {
    const { rows } = await this.#messages(1, "asc", (range) => range.where("seq", seq));
    return rows[0];
  }

  /** Messages after one entry and before another, ascending. */
  async newer(after: number, before: number, count: number): Promise<Stride<MessageRow>> {
    const end = Math.min(before, after + 1 + WINDOW);
    const { rows, head } = await this.#messages(count, "asc", (range) =>
      range.where("seq", ">", after).andWhere("seq", "<", end),
    );
    return { rows, next: goOn(rows, count) ?? (end > head || end === before ? null : end - 1) };
  }

  /** Messages before one entry, descending. */
  async older(before: number, count: number): Promise<Stride<MessageRow>> {
    // Nothing lies beyond the head: the range ends at it in the same read that finds it.
    const head = this.#knex("conversations").where("id", this.#conversationId).select("head_seq");
    const start = this.#knex.raw("case when ? > (?) then (?) + 1 else ? end - ?", [before, head, head, before, WINDOW]);
    const { rows, head: found } = await this.#messages(count, "desc", (range) =>
      range.where("seq", "<", before).andWhere("seq", ">=", start),
    );
    const next = Math.min(before, found + 1) - WINDOW;
    return { rows, next: goOn(rows, count) ?? (next <= 1 ? null : next) };
  }

  /** Messages, each with the version that is in force. */
  async #messages(count: number, order: "asc" | "desc", range: Range) {
    const query = this.#range(count, order, (entries) => range(entries.where("type", "message")))
      .leftJoin("entries as v", (on) =>
        on
          .on("v.conversation_id", "e.conversation_id")
          .andOn("v.target_seq", "e.seq")
          // Written out, as in the filtered index, which serves only where its condition is met for sure.
          .andOn(this.#knex.raw("v.overtaken_by is null and v.type = 'edit'")),
      )
      .select("v.body as version", "v.sent_at as edited_at");
    return admitted<MessageRow>(await query);
  }

  async #read(count: number, order: "asc" | "desc", range: Range) {
    return admitted<EntryRow>(await this.#range(count, order, range));
  }

  /**
   * The range's first entries, for members. They are cut off within, in the order of an index: around a join not every
   * database would know that it needs no more.
   */
  #range(count: number, order: "asc" | "desc", range: Range): Knex.QueryBuilder {
    const entries = this.#knex("entries").where("conversation_id", this.#conversationId).orderBy("seq", order);
    return guarded(this.#knex, this.#conversationId, this.#callerId)
      .leftJoin(range(entries).limit(count).as("e"), (on) => on.on("e.conversation_id", "me.conversation_id"))
      .select("e.*")
      .orderBy("e.seq", order);
  }
}

type Range = (entries: Knex.QueryBuilder) => Knex.QueryBuilder;

/** @throws what a stranger is told. */
function admitted<Row extends EntryRow>(rows: (Seen & (Row | { seq: null }))[]): { rows: Row[]; head: number } {
  const [first] = admit(rows);
  return { rows: rows.filter((row): row is Seen & Row => row.seq !== null), head: first.seen_head };
}

/** Where more may follow at once, since all that was asked for was found. */
const goOn = (rows: readonly EntryRow[], count: number): number | undefined =>
  rows.length < count ? undefined : rows.at(-1)?.seq;

import { setImmediate } from "node:timers/promises";
import type { Knex } from "knex";
import type { LogCursor } from "../../../contract/actions/readers.ts";
import type { Params, Result } from "../../../contract/actions.ts";
import type { WireEntry } from "../../../contract/entry.ts";
import { PAGE_BYTES } from "../../../contract/limits.ts";
import type { ConversationRow, EntryRow } from "../tables.ts";
import { size, told } from "./entries.ts";

/** Conversations in a page of `logs`: 80 bytes each, some milliseconds of the event loop. */
const LOGS = 2000;
/** Entries of one page of `follow`, of all its logs together. */
const ENTRIES = 500;
/** Entries that are read at once: long bodies end a page before all of it is in memory. */
const STRIDE = 64;

/** All conversations by id, with their last seq. */
export async function logs(
  knex: Knex,
  { after = "" }: Params<"persistence.logs">,
): Promise<Result<"persistence.logs">> {
  const rows = await knex<ConversationRow>("conversations")
    .where("id", ">", after)
    .orderBy("id")
    .limit(LOGS)
    .select("id", "head_seq");
  return {
    logs: rows.map((row) => ({ conversationId: row.id, seq: row.head_seq })),
    next: rows.length < LOGS ? null : (rows.at(-1)?.id ?? null),
  };
}

/** One log after the other until the page is full; the event loop is free between reads. */
export async function follow(knex: Knex, cursors: readonly LogCursor[]): Promise<WireEntry[]> {
  const page: WireEntry[] = [];
  let bytes = 0;
  for (const { conversationId, seq } of cursors) {
    let after = seq;
    for (let more = true; more; await setImmediate()) {
      const count = Math.min(STRIDE, ENTRIES - page.length);
      const rows = await knex<EntryRow>("entries")
        .where("conversation_id", conversationId)
        .andWhere("seq", ">", after)
        .orderBy("seq")
        .limit(count);
      for (const row of rows) {
        bytes += size(row);
        if (page.length > 0 && bytes > PAGE_BYTES) return page;
        page.push(told(row));
        after = row.seq;
      }
      if (page.length === ENTRIES) return page;
      more = rows.length === count;
    }
  }
  return page;
}

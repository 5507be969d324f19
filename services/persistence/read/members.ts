import type { Knex } from "knex";
import type { Params, Result } from "../../../contract/actions.ts";
import type { Role } from "../../../contract/entry.ts";
import { PAGE_ITEMS_DEFAULT } from "../../../contract/limits.ts";
import { cursorDecoder, encodeCursor } from "../../../contract/page-cursor.ts";
import { Id } from "../../../contract/scalars.ts";
import { admit, guarded, type Seen } from "./guard.ts";

const decode = cursorDecoder(Id);

type Joined = { principal_id: string; role: Role; joined_seq: number; handle: string; name: string };

/** Who is in a conversation, by id. */
export async function members(
  knex: Knex,
  { conversationId, limit = PAGE_ITEMS_DEFAULT, cursor }: Params<"persistence.members">,
  callerId: string,
): Promise<Result<"persistence.members">> {
  const after = cursor === undefined ? "" : decode(cursor);
  const page = knex("members")
    .where("conversation_id", conversationId)
    .andWhere("principal_id", ">", after)
    .orderBy("principal_id")
    .limit(limit + 1);
  const rows: (Seen & (Joined | { handle: null }))[] = await guarded(knex, conversationId, callerId)
    .leftJoin(page.as("m"), (on) => on.on("m.conversation_id", "me.conversation_id"))
    .leftJoin("principals as p", "p.id", "m.principal_id")
    .select("m.principal_id", "m.role", "m.joined_seq", "p.handle", "p.name")
    .orderBy("m.principal_id");
  const found = admit(rows).filter((row) => row.handle !== null);
  const items = found.slice(0, limit).map((row) => ({
    principalId: row.principal_id,
    handle: row.handle,
    name: row.name,
    role: row.role,
    joinedSeq: row.joined_seq,
  }));
  return { items, next: found.length > limit ? encodeCursor(items.at(-1)?.principalId) : null };
}

import type { Knex } from "knex";
import type { Move } from "../dialect.ts";

/** Never back; who joined anew since stands beyond an old position already. */
export const cursorMove = (knex: Knex, { conversationId, principalId, seq }: Move): Knex.Raw =>
  knex.raw(
    `update members set
       mentioned_read = mentioned_read + (select count(*) from mentions n where n.principal_id = members.principal_id
         and n.conversation_id = members.conversation_id and n.seq > members.read_seq and n.seq <= ?),
       read_ordinal = (select e.ordinal from entries e where e.conversation_id = members.conversation_id and e.seq = ?),
       read_seq = ?
     where conversation_id = ? and principal_id = ? and read_seq < ?
       and exists (select 1 from entries e where e.conversation_id = members.conversation_id and e.seq = ?)`,
    [seq, seq, seq, conversationId, principalId, seq, seq],
  );

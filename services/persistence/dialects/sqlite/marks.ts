import type { Database } from "better-sqlite3";
import { canonical } from "../../../../contract/chain.ts";
import type { Change } from "../../append/effects.ts";

type Mark = Extract<Change, { type: "reply" | "edit" | "redact" | "reaction" | "pin" }>;

/** Prepares the statements for what later entries make of a message: which of its entries are still in force. */
export function prepareMarks(db: Database): (conversationId: string, mark: Mark) => void {
  const count = db.prepare("update entries set replies = replies + ? where conversation_id = ? and seq = ?");
  const rootOf = db
    .prepare<[string, number], number | null>("select reply_to from entries where conversation_id = ? and seq = ?")
    .pluck();
  const overtakeMessage = db.prepare(
    "update entries set overtaken_by = ? where conversation_id = ? and seq = ? and overtaken_by is null",
  );
  const inForce = "conversation_id = ? and target_seq = ? and overtaken_by is null";
  const overtakeEdits = db.prepare(
    `update entries set overtaken_by = ? where ${inForce} and type = 'edit' and seq < ?`,
  );
  const overtakeAll = db.prepare(`update entries set overtaken_by = ? where ${inForce} and seq < ?`);
  const overtakePins = db.prepare(`update entries set overtaken_by = ? where ${inForce} and type = 'pin' and seq <= ?`);
  const overtakeReactions = db.prepare(
    `update entries set overtaken_by = ? where ${inForce} and type = 'reaction' and seq <= ? and sender_id = ?
       and body in (?, ?)`,
  );
  // Mentions count from the join on; those at or below the cursor are read.
  const recount = db.prepare(
    `update members set mentioned = mentioned + ?,
       mentioned_read = mentioned_read + case when read_seq >= ? then ? else 0 end
       where conversation_id = ? and joined_seq < ?
         and principal_id in (select principal_id from mentions where conversation_id = ? and seq = ?)`,
  );
  const forget = db.prepare("delete from mentions where conversation_id = ? and seq = ?");
  const mention = db.prepare("insert into mentions (principal_id, conversation_id, seq) values (?, ?, ?)");

  const remention = (id: string, seq: number, mentions: string[]) => {
    recount.run(-1, seq, -1, id, seq, id, seq);
    forget.run(id, seq);
    for (const principalId of mentions) mention.run(principalId, id, seq);
    recount.run(1, seq, 1, id, seq, id, seq);
  };

  return (id, mark) => {
    switch (mark.type) {
      case "reply":
        count.run(1, id, mark.root);
        break;
      case "edit":
        overtakeMessage.run(mark.seq, id, mark.target);
        overtakeEdits.run(mark.seq, id, mark.target, mark.seq);
        remention(id, mark.target, mark.mentions);
        break;
      case "redact": {
        const root = rootOf.get(id, mark.target);
        if (typeof root === "number") count.run(-1, id, root);
        overtakeMessage.run(mark.seq, id, mark.target);
        overtakeAll.run(mark.seq, id, mark.target, mark.seq);
        remention(id, mark.target, []);
        break;
      }
      case "reaction": {
        const { seq, target, senderId, emoji, on } = mark;
        const both = [canonical({ emoji, on: true }), canonical({ emoji, on: false })];
        overtakeReactions.run(seq, id, target, upTo(seq, on), senderId, ...both);
        break;
      }
      case "pin":
        overtakePins.run(mark.seq, id, mark.target, upTo(mark.seq, mark.on));
        break;
    }
  };
}

/** What takes a mark off leaves none in force, itself included. */
const upTo = (seq: number, on: boolean): number => (on ? seq - 1 : seq);

import type { Database } from "better-sqlite3";
import {
  type Append,
  type Appended,
  type AppendedEntry,
  type Claim,
  type CommandKey,
  type Met,
  remember,
} from "../../../../contract/append.ts";
import { canonical, NOTHING } from "../../../../contract/chain.ts";
import type { Head } from "../../../../contract/scalars.ts";
import { judge, type Look } from "../../append/append.ts";
import { type Change, type Effects, effectsOf } from "../../append/effects.ts";
import { sealOf } from "../../append/seal.ts";
import { entryOf } from "../../read/rows.ts";
import type { EntryRow } from "../../tables.ts";
import { prepareMarks } from "./marks.ts";

/** Prepares the statements of a commit; what is returned runs one. */
export function prepareCommit(db: Database): (batch: readonly Append[]) => Appended[] {
  const look = prepareLook(db);
  const write = prepareWrite(db);
  const setImporting = db.prepare("update conversations set importing = ? where id = ?");
  const commit = db.transaction((batch: readonly Append[]) =>
    batch.map((append) => {
      const outcome = judge(append, look);
      const effects = outcome.outcome === "appended" ? effectsOf(append) : undefined;
      if (effects) write(effects);
      // Also without entries: the last append of an import may find all of them stored by a run that was killed.
      if (outcome.outcome === "appended" && append.importing !== undefined)
        setImporting.run(Number(append.importing), append.conversationId);
      return outcome;
    }),
  );
  return commit.immediate;
}

function prepareLook(db: Database): Look {
  const head = db.prepare<[string], { head_seq: number; head_hash: Buffer }>(
    "select head_seq, head_hash from conversations where id = ?",
  );
  const byMessageKey = db.prepare<[string, string, string], EntryRow>(
    "select * from entries where conversation_id = ? and sender_id = ? and client_message_id = ?",
  );
  const byCommandId = db.prepare<[string, string], EntryRow>(
    "select * from entries where conversation_id = ? and command_id = ?",
  );
  const ofPair = db.prepare<[string], { id: string }>("select id from conversations where key = ?");
  const named = db.prepare<[string, string], { id: string }>(
    `select c.id from conversations c where c.name = ? and c.kind in ('channel', 'broadcast') and (c.private = 0
       or exists (select 1 from members m where m.conversation_id = c.id and m.principal_id = ?))
       and not exists (select 1 from groups g where g.conversation_id = c.id) limit 1`,
  );

  const meet = (conversationId: string, key: CommandKey): Met[] => {
    const row =
      "commandId" in key
        ? byCommandId.get(conversationId, key.commandId)
        : byMessageKey.get(conversationId, key.senderId, key.clientMessageId);
    return row ? [{ key, entry: remember(entryOf(row)) }] : [];
  };
  return {
    head: (conversationId): Head => {
      const row = head.get(conversationId);
      return row ? { seq: row.head_seq, hash: row.head_hash.toString("hex") } : NOTHING;
    },
    met: (conversationId, keys) => keys.flatMap((key) => meet(conversationId, key)),
    holder: (claim: Claim) =>
      ("directKey" in claim ? ofPair.get(claim.directKey) : named.get(claim.name, claim.creatorId))?.id,
  };
}

function prepareWrite(db: Database): (effects: Effects) => void {
  const create = db.prepare(
    `insert into conversations (id, kind, name, "key", private, purpose, archived, importing, creator_id, head_seq,
       head_hash, head_ordinal, head_at, member_count) values (?, ?, ?, ?, ?, ?, 0, 0, ?, 0, zeroblob(32), 0, ?, 0)`,
  );
  const insert = db.prepare(
    `insert into entries (conversation_id, seq, type, sender_id, client_message_id, command_id, command_seal,
       reply_to, target_seq, body, body_hash, sent_at, prev_hash, hash, ordinal)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const moveHead = db.prepare(
    `update conversations set head_seq = ?, head_hash = ?, head_ordinal = ?, head_at = ?,
       member_count = member_count + ? where id = ?`,
  );
  const apply = prepareChanges(db);

  const store = (conversationId: string, { entry, ordinal, commandId }: AppendedEntry) =>
    insert.run(
      conversationId,
      entry.seq,
      entry.type,
      entry.senderId,
      entry.clientMessageId ?? null,
      commandId ?? null,
      commandId === undefined ? null : sealOf(entry.hash, commandId),
      entry.replyTo ?? null,
      entry.targetSeq ?? null,
      canonical(entry.body),
      bytes(entry.bodyHash),
      entry.sentAt,
      bytes(entry.prevHash),
      bytes(entry.hash),
      ordinal,
    );

  return ({ conversationId, created, entries, changes, head, memberGrowth }) => {
    if (created) {
      const { kind, name = null, key, private: closed, purpose = "", creatorId } = created;
      create.run(conversationId, kind, name, key, Number(closed), purpose, creatorId, head.at);
    }
    for (const entry of entries) store(conversationId, entry);
    for (const change of changes) apply(conversationId, change);
    moveHead.run(head.seq, bytes(head.hash), head.ordinal, head.at, memberGrowth, conversationId);
  };
}

function prepareChanges(db: Database): (conversationId: string, change: Change) => void {
  const join = db.prepare(
    `insert into members (conversation_id, principal_id, role, joined_seq, read_seq, read_ordinal, mentioned,
       mentioned_read) values (?, ?, ?, ?, ?, ?, 0, 0)`,
  );
  const leave = db.prepare("delete from members where conversation_id = ? and principal_id = ?");
  const role = db.prepare("update members set role = ? where conversation_id = ? and principal_id = ?");
  const mention = db.prepare("insert into mentions (principal_id, conversation_id, seq) values (?, ?, ?)");
  const count = db.prepare(
    "update members set mentioned = mentioned + 1 where conversation_id = ? and principal_id = ?",
  );

  const rename = db.prepare("update conversations set name = ? where id = ?");
  const purpose = db.prepare("update conversations set purpose = ? where id = ?");
  const archive = db.prepare("update conversations set archived = ? where id = ?");
  const mark = prepareMarks(db);

  return (conversationId, change) => {
    switch (change.type) {
      case "join":
        join.run(conversationId, change.principalId, change.role, change.seq, change.seq, change.ordinal);
        break;
      case "leave":
        leave.run(conversationId, change.principalId);
        break;
      case "role":
        role.run(change.role, conversationId, change.principalId);
        break;
      case "mention":
        mention.run(change.principalId, conversationId, change.seq);
        count.run(conversationId, change.principalId);
        break;
      case "rename":
        rename.run(change.name, conversationId);
        break;
      case "purpose":
        purpose.run(change.purpose, conversationId);
        break;
      case "archive":
        archive.run(Number(change.on), conversationId);
        break;
      default:
        mark(conversationId, change);
    }
  };
}

const bytes = (hash: string): Buffer => Buffer.from(hash, "hex");

import type { Append, AppendedEntry } from "../../../contract/append.ts";
import { canonical } from "../../../contract/chain.ts";
import { type Effects, effectsOf } from "../append/effects.ts";
import { type NetEffects, netEffects } from "../append/net-effects.ts";
import { sealOf } from "../append/seal.ts";
import type { Move } from "./dialect.ts";

/**
 * A batch as the statements of a server's commit take it, to become one JSON text: fields that are undefined are left
 * out; hashes are hex, bodies the text that was hashed.
 */
export const recordsOf = (batch: readonly Append[]) => batch.map(recordOf);

/** Moves of cursors, likewise. */
export const movesOf = (moves: readonly Move[]) =>
  moves.map(({ conversationId, principalId, seq }) => ({ conversation: conversationId, principal: principalId, seq }));

function recordOf(append: Append, place: number) {
  const { conversationId, head, keys, claim, importing } = append;
  const effects = linked(append);
  return {
    place,
    id: conversationId,
    seq: head.seq,
    hash: head.hash,
    keys: keys.length === 0 ? undefined : keys,
    importing,
    // Must be refused where nothing else refuses the append.
    broken: effects === "broken" || undefined,
    ...(claim && "directKey" in claim ? { pair: claim.directKey } : claim),
    ...(effects === undefined || effects === "broken" ? {} : written(effects)),
  };
}

function linked(append: Append): Effects | undefined | "broken" {
  try {
    return effectsOf(append);
  } catch {
    return "broken";
  }
}

function written(effects: Effects) {
  const { head, created, entries, memberGrowth } = effects;
  return {
    head_seq: head.seq,
    head_hash: head.hash,
    head_ordinal: head.ordinal,
    head_at: head.at,
    growth: memberGrowth,
    created: created && {
      kind: created.kind,
      name: created.name,
      key: created.key,
      private: created.private,
      purpose: created.purpose ?? "",
      creator: created.creatorId,
    },
    entries: entries.map(rowOf),
    effects: effects.changes.length === 0 ? undefined : pruned(netEffects(effects)),
  };
}

/** Most appends have few kinds of effects: what is empty is left out. */
const pruned = (effects: NetEffects) =>
  Object.fromEntries(Object.entries(effects).filter(([, value]) => !Array.isArray(value) || value.length > 0));

const rowOf = ({ entry, ordinal, commandId }: AppendedEntry) => ({
  seq: entry.seq,
  type: entry.type,
  sender_id: entry.senderId,
  client_message_id: entry.clientMessageId,
  command_id: commandId,
  command_seal: commandId === undefined ? undefined : sealOf(entry.hash, commandId).toString("hex"),
  reply_to: entry.replyTo,
  target_seq: entry.targetSeq,
  body: canonical(entry.body),
  body_hash: entry.bodyHash,
  sent_at: entry.sentAt,
  prev_hash: entry.prevHash,
  hash: entry.hash,
  ordinal,
});

import type { Append, AppendedEntry } from "../../../contract/append.ts";
import type { Body, Entry, Role } from "../../../contract/entry.ts";

/** What an append's entries mean for the other tables. It follows from the log alone, so it can be rebuilt from it. */
export type Effects = {
  conversationId: string;
  created?: Body<"create"> & { creatorId: string; key: string | null };
  entries: readonly AppendedEntry[];
  /** In the order of the entries: who is mentioned before he joins is not counted. */
  changes: Change[];
  head: { seq: number; hash: string; ordinal: number; at: string };
  /** By how many the members grow. */
  memberGrowth: number;
};

export type Change =
  | { type: "join"; principalId: string; role: Role; seq: number; ordinal: number }
  | { type: "leave"; principalId: string }
  | { type: "role"; principalId: string; role: Role }
  | { type: "mention"; principalId: string; seq: number }
  | { type: "reply"; root: number }
  | { type: "edit"; seq: number; target: number; mentions: string[] }
  | { type: "redact"; seq: number; target: number }
  | { type: "reaction"; seq: number; target: number; senderId: string; emoji: string; on: boolean }
  | { type: "pin"; seq: number; target: number; on: boolean }
  | { type: "rename"; name: string }
  | { type: "purpose"; purpose: string }
  | { type: "archive"; on: boolean };

/** @throws Error when the entries do not continue the append's head: a gap must never get into a log (G2). */
export function effectsOf(append: Append): Effects | undefined {
  const last = append.entries.at(-1);
  if (!last) return undefined;
  assertLinked(append);
  const first = append.entries[0]?.entry;
  const changes = append.entries.flatMap(changesOf);
  return {
    conversationId: append.conversationId,
    ...(first?.type === "create" ? { created: { ...first.body, creatorId: first.senderId, key: keyOf(append) } } : {}),
    entries: append.entries,
    changes,
    head: { seq: last.entry.seq, hash: last.entry.hash, ordinal: last.ordinal, at: last.entry.sentAt },
    memberGrowth: count(changes, "join") - count(changes, "leave"),
  };
}

function assertLinked({ conversationId, head, entries }: Append): void {
  let previous = head;
  for (const { entry } of entries) {
    const follows = entry.seq === previous.seq + 1 && entry.prevHash === previous.hash;
    if (!follows || entry.conversationId !== conversationId) {
      throw new Error(`Entry ${entry.seq} of ${conversationId} does not follow entry ${previous.seq}`);
    }
    previous = entry;
  }
}

const keyOf = ({ claim }: Append): string | null => (claim && "directKey" in claim ? claim.directKey : null);

const count = (changes: Change[], type: Change["type"]): number =>
  changes.filter((change) => change.type === type).length;

function changesOf({ entry, ordinal }: AppendedEntry): Change[] {
  const { seq, type, body } = entry;
  switch (type) {
    case "create":
      return [];
    case "message":
      return [
        ...(entry.replyTo === undefined ? [] : [{ type: "reply" as const, root: entry.replyTo }]),
        ...[...new Set(body.mentions)].map((principalId) => ({ type: "mention" as const, principalId, seq })),
      ];
    case "join":
      return [{ type, ...body, seq, ordinal }];
    case "leave":
      return [{ type, principalId: body.principalId }];
    case "role":
      return [{ type, ...body }];
    case "edit":
      return [{ type, seq, target: targetOf(entry), mentions: [...new Set(body.mentions)] }];
    case "redact":
      return [{ type, seq, target: targetOf(entry) }];
    case "reaction":
      return [{ type, seq, target: targetOf(entry), senderId: entry.senderId, ...body }];
    case "pin":
      return [{ type, seq, target: targetOf(entry), ...body }];
    case "rename":
      return [{ type, ...body }];
    case "purpose":
      return [{ type, ...body }];
    case "archive":
      return [{ type, ...body }];
  }
}

function targetOf({ seq, targetSeq }: Entry): number {
  if (targetSeq === undefined) throw new Error(`Entry ${seq} has no target`);
  return targetSeq;
}

import type { Append, AppendedEntry } from "../../../contract/append.ts";
import type { Body, Role } from "../../../contract/entry.ts";

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
  | { type: "mention"; principalId: string; seq: number };

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
  const { seq } = entry;
  switch (entry.type) {
    case "create":
      return [];
    case "message":
      return [...new Set(entry.body.mentions)].map((principalId) => ({ type: "mention", principalId, seq }));
    case "join":
      return [{ type: "join", ...entry.body, seq, ordinal }];
    case "leave":
      return [{ type: "leave", principalId: entry.body.principalId }];
    case "role":
      return [{ type: "role", ...entry.body }];
    default:
      return [];
  }
}

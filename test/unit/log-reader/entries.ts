import type { WireEntry } from "../../../contract/entry.ts";

const HASH = "0".repeat(64);

/** So many entries of a log, after a seq. */
export const entriesOf = (conversationId: string, after: number, count: number): WireEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    conversationId,
    seq: after + index + 1,
    type: "message" as const,
    senderId: "ana",
    sentAt: "2026-01-01T00:00:00.000Z",
    body: { text: `${after + index + 1}`, salt: "A".repeat(22) },
    bodyHash: HASH,
    prevHash: HASH,
    hash: HASH,
  }));

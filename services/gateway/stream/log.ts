import type { WireEntry } from "../../../contract/entry.ts";

/** Where a principal's conversation ends, and from where a stream of his shows it when he has just joined. */
export type HeadOf = { conversationId: string; head: { seq: number; hash?: string }; from: number };

/** The log as streams read it, for a principal who must be a member. */
export type Log = {
  /**
   * Entries after a seq, ascending; at least one if there are any.
   * @throws not-found, not-a-member
   */
  read(principalId: string, conversationId: string, after: number): Promise<WireEntry[]>;
  /** All conversations of a principal. */
  heads(principalId: string): Promise<HeadOf[]>;
};

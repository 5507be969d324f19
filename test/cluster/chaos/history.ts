import type { WireEntry } from "../../../contract/entry.ts";

/** What somebody has sent, in the order in which he did, and what he was told of it. */
export type Send = {
  readonly senderId: string;
  readonly room: string;
  readonly clientMessageId: string;
  readonly text: string;
  /** Undefined while he knows of neither; a refusal leaves open whether it is stored. */
  outcome?: { acknowledged: { seq: number; hash: string } } | { refused: string };
};

export type Shown = Pick<WireEntry, "seq" | "hash">;

/** The entries that one principal's streams have shown of a conversation, over all their connections. */
export type View = { readonly principalId: string; readonly room: string; readonly entries: Shown[] };

export type History = {
  readonly sends: Send[];
  readonly views: View[];
  /** What nobody should have been told, a sentence each. */
  readonly surprises: string[];
  /** How connections ended: codes of their closes. */
  readonly ends: number[];
};

/** What the database holds in the end. */
export type Stored = {
  readonly logs: ReadonlyMap<string, readonly WireEntry[]>;
  /** Rooms whose chain does not hold. */
  readonly broken: readonly string[];
};

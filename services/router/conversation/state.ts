import type { Claim, CommandKey, Fact, Remembered, Target } from "../../../contract/append.ts";
import { NOTHING } from "../../../contract/chain.ts";
import type { Kind, Role } from "../../../contract/entry.ts";
import type { Head } from "../../../contract/scalars.ts";
import { Layer } from "./layer.ts";

/** What a conversation is, as far as its rules need it. */
export type Settings = {
  kind: Kind;
  private: boolean;
  name: string | null;
  purpose: string;
  archived: boolean;
  creatorId: string;
};

export type Member = { role: Role; joinedSeq: number };

/**
 * A conversation in memory: the end of its log, its settings, who is in it, and its last entries; never the whole log.
 * `settings` is null before its `create`.
 */
export type State = {
  conversationId: string;
  head: Head;
  /** Messages up to the head. */
  ordinal: number;
  sentAt: string;
  settings: Settings | null;
  /** Being imported: nobody else writes. */
  importing: boolean;
  /** It is a group's: who is in it, and what it is called, is the group's to change. */
  group: boolean;
  members: Map<string, Member>;
  owners: number;
  /** The last entries by `keyText`, oldest first; `recent` the messages among them by seq. */
  keys: Map<string, Remembered>;
  recent: Map<number, Fact>;
};

/** The state as a turn's commands change it: it becomes the state when the append commits, else it is dropped. */
export type Draft = Omit<State, "members" | "keys" | "recent"> & {
  members: Layer<string, Member>;
  keys: Layer<string, Remembered>;
  recent: Layer<number, Fact>;
  /** Messages that the batch names beyond the recent ones. */
  facts: ReadonlyMap<number, Fact>;
  /** Messages that the batch changes, and those that it posts. */
  targets: Layer<number, Target>;
  /** What an append of this turn has met in the log, by `keyText`. */
  met: ReadonlyMap<string, Remembered>;
  /** Claims that an append of this turn has found taken, by `claimText`, and by which conversation (null: not to be told). */
  taken: ReadonlyMap<string, string | null>;
};

/** Entries that a state remembers: enough for the retries of a moment, little enough for 10,000 conversations. */
const REMEMBERED = 256;

export const unborn = (conversationId: string): State => ({
  conversationId,
  head: NOTHING,
  ordinal: 0,
  sentAt: "",
  settings: null,
  importing: false,
  group: false,
  members: new Map(),
  owners: 0,
  keys: new Map(),
  recent: new Map(),
});

/** What a turn has found out about the log beyond the state. */
export type Known = Pick<Draft, "facts" | "met" | "taken"> & { targets: Map<number, Target> };
export const nothingKnown: Known = { facts: new Map(), targets: new Map(), met: new Map(), taken: new Map() };

export const draftOf = (state: State, known: Known = nothingKnown): Draft => ({
  ...state,
  ...known,
  targets: new Layer(known.targets),
  members: new Layer(state.members),
  keys: new Layer(state.keys),
  recent: new Layer(state.recent),
});

/** The draft becomes the state, and the state it was drawn from is void. */
export function settled(draft: Draft): State {
  const { conversationId, head, ordinal, sentAt, settings, importing, group, owners } = draft;
  const keys = draft.keys.settle();
  const recent = draft.recent.settle();
  forgetOldest(keys);
  forgetOldest(recent);
  return {
    conversationId,
    head,
    ordinal,
    sentAt,
    settings,
    importing,
    group,
    owners,
    members: draft.members.settle(),
    keys,
    recent,
  };
}

function forgetOldest(map: Map<unknown, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) return;
    map.delete(key);
  }
}

/** A command's key as a text; a `clientMessageId` is its sender's, a command id the conversation's. */
export const keyText = (key: CommandKey): string =>
  "commandId" in key ? key.commandId : `${key.senderId} ${key.clientMessageId}`;

/** A message that is known of: of the last ones, or looked up for this batch. */
export const messageIn = (draft: Draft, seq: number): Fact | undefined => draft.recent.get(seq) ?? draft.facts.get(seq);

export const claimText = (claim: Claim): string => ("name" in claim ? `#${claim.name}` : claim.directKey);

/** What an earlier command of this key left in the log. */
export const rememberedIn = (draft: Draft, key: CommandKey): Remembered | undefined =>
  draft.keys.get(keyText(key)) ?? draft.met.get(keyText(key));

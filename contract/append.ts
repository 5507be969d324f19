import type { Data, Entry, Kind, Role } from "./entry.ts";
import type { Head } from "./scalars.ts";

/** What router and persistence say to each other about the end of a log. */

/** The key of a command: of a message what its sender called it, of any other its command id. */
export type CommandKey = { senderId: string; clientMessageId: string } | { commandId: string };

/**
 * One actor's turn, to be stored whole or not at all. `head` is what the actor takes for the log's end: when it isn't,
 * nothing is written (compare-and-set). Without entries it only confirms the head and looks its keys up.
 */
export type Append = {
  conversationId: string;
  head: Head;
  entries: AppendedEntry[];
  /** Keys of all commands of the turn, also of those that write nothing. */
  keys: CommandKey[];
  /** What must be free for a `create` at seq 1. */
  claim?: Claim;
  /** Set by the first append of an import, cleared by its last: nobody else writes in between. */
  importing?: boolean;
};

/** `ordinal` counts the messages up to and with this entry. `commandId` is kept beside a command's first entry, not hashed. */
export type AppendedEntry = { entry: Entry; ordinal: number; commandId?: string };

/** A direct pair, or a name that must be free among public conversations and among those that `creatorId` is in. */
export type Claim = { directKey: string } | { name: string; creatorId: string };

/** What became of an append. */
export type Appended =
  /** Committed (or, without entries, confirmed). */
  | { outcome: "appended" }
  /** The head is another: the actor is not, or no longer, the owner. */
  | { outcome: "stale" }
  /** Some keys are in the log already. */
  | { outcome: "met"; met: Met[] }
  /** The claim is taken: by this direct conversation, or by a name (null: not to be told). */
  | { outcome: "taken"; conversationId: string | null };

/** An entry that was stored under a key of the append. */
export type Met = { key: CommandKey; entry: Remembered };

/** A conversation as its actor is activated from it. */
export type Loaded = {
  head: Head;
  /** Messages up to the head. */
  ordinal: number;
  /** Time of the head's entry. */
  sentAt: string;
  kind: Kind;
  private: boolean;
  name: string | null;
  purpose: string;
  archived: boolean;
  importing: boolean;
  creatorId: string;
  /** It is a group's: its members and its name are the group's. */
  group: boolean;
  /** The last entries, ascending. */
  recent: AppendedEntry[];
};

export type Roles = [principalId: string, role: Role, joinedSeq: number][];

/** A message that a command refers to, as far as deciding needs it. */
export type Fact = { seq: number; senderId: string; replyTo?: number };

/** A message that a command changes, as it is now. */
export type Target = Fact & {
  /** Absent when it is redacted. */
  text?: string;
  data?: Data;
  redacted: boolean;
  pinned: boolean;
  /** Of the reactions that were asked about, those that are on. */
  reactions: Reaction[];
  /** Where a reaction was asked about, the different emoji that stand on it, whoever's. */
  emojis: string[];
};

export type Reaction = { principalId: string; emoji: string };

/** An entry as its actor keeps it: without its text, but with what a repeat is recognised by. */
export type Remembered = Fact & {
  type: Entry["type"];
  sentAt: string;
  hash: string;
  bodyHash: string;
  /** Of messages: a repeat's text has the same `bodyHash` with the same salt and mentions. */
  salt?: string;
  mentions?: string[];
};

export function remember(entry: Entry): Remembered {
  const { seq, type, senderId, replyTo, sentAt, hash, bodyHash } = entry;
  const line = { seq, type, senderId, ...(replyTo === undefined ? {} : { replyTo }), sentAt, hash, bodyHash };
  if (entry.type !== "message") return line;
  const { salt, mentions } = entry.body;
  return { ...line, salt, ...(mentions && { mentions }) };
}

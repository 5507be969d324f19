import type { Changed, Membership, Stored } from "../../../contract/actions.ts";
import type { Claim, CommandKey, Remembered } from "../../../contract/append.ts";
import type { Unlinked } from "../../../contract/chain.ts";
import type { Outside } from "../../../contract/conversation.ts";
import type { Data, Entry, Kind, Role } from "../../../contract/entry.ts";
import type { Refusal } from "../../../contract/errors.ts";
import type { Draft } from "./state.ts";

/** Commands as the decider takes them: addresses resolved, ids, keys and salts given. */

/** Of an import: what happened elsewhere, then, and is not for our rules to refuse. */
export type Elsewhere = {
  at: string;
  /** The import of this conversation ends with this command. */
  last: boolean;
};

/** A message's seq, or (imports) the key it was posted under. */
export type Posted = number | { senderId: string; clientMessageId: string };

type Issued = { senderId: string; imported?: Elsewhere };

export type Create = Issued & {
  type: "create";
  commandId: string;
  kind: Kind;
  private: boolean;
  name?: string;
  purpose?: string;
  /** First members with their roles, in order. */
  members: { principalId: string; role: Role }[];
  claim?: Claim;
};

export type Post = Issued & {
  type: "post";
  clientMessageId: string;
  text: string;
  data?: Data;
  replyTo?: Posted;
  /** Principals whose handles the text mentions, in order; those who are members become its mentions. */
  mentionable: string[];
  salt: string;
  /** It was sent to a topic, of which a binding lets its sender in, be he a member or not; or none does. */
  viaTopic?: { bound: boolean };
};

export type Join = Issued & { type: "join"; commandId: string; principalId: string; role?: Role };
export type Leave = Issued & { type: "leave"; commandId: string; principalId: string };
export type ChangeRole = Issued & { type: "role"; commandId: string; principalId: string; role: Role };

export type Edit = Issued & {
  type: "edit";
  commandId: string;
  target: Posted;
  text: string;
  /** Kept if undefined, removed if null. */
  data?: Data | null;
  mentionable: string[];
  salt: string;
};
export type Redact = Issued & { type: "redact"; commandId: string; target: Posted; reason?: string };
export type React = Issued & { type: "react"; commandId: string; target: Posted; emoji: string; on: boolean };
export type Pin = Issued & { type: "pin"; commandId: string; target: Posted; on: boolean };

/** All that is given is changed, or nothing of it. */
export type Change = Issued & {
  type: "change";
  commandId: string;
  name?: string;
  purpose?: string;
  archived?: boolean;
  /** An administrator sets the purpose of a group's conversation, and archives it, be he in it or not. */
  administrator?: boolean;
};

/** A step towards a group's members: of a loop that ends when they are those wished for. */
export type Regroup = Issued & {
  type: "regroup";
  commandId: string;
  /** The group's. */
  name: string;
  wished: ReadonlyMap<string, Role>;
  /** Entries that it may write. */
  most: number;
};

export type Command = Create | Post | Join | Leave | ChangeRole | Edit | Redact | React | Pin | Change | Regroup;
export type CommandType = Command["type"];
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;

/** The answer to each type of command. */
export type Answers = {
  create: { conversationId: string; created: boolean };
  /** `differs`: an import's message is there already, with another content. */
  post: Stored & { differs?: true };
  join: Membership;
  leave: { principalId: string; changed: boolean };
  role: Membership;
  edit: Changed;
  redact: Changed;
  react: Changed;
  pin: Changed;
  change: Changed & { outside?: Outside };
  regroup: { done: boolean; created: boolean };
};

/** Any command's answer. */
export type Answer = Answers[CommandType];

/** Tells a command's own answer from any other: a turn's answers are of many types. */
export const answersTo: { [T in CommandType]: (answer: Answer) => answer is Answers[T] } = {
  create: (answer): answer is Answers["create"] => "created" in answer && "conversationId" in answer,
  post: (answer): answer is Answers["post"] => "repeat" in answer,
  join: (answer): answer is Answers["join"] => "joinedSeq" in answer,
  leave: (answer): answer is Answers["leave"] => "changed" in answer && "principalId" in answer,
  role: (answer): answer is Answers["role"] => "joinedSeq" in answer,
  edit: isChanged,
  redact: isChanged,
  react: isChanged,
  pin: isChanged,
  change: isChanged,
  regroup: (answer): answer is Answers["regroup"] => "done" in answer,
};

function isChanged(answer: Answer): answer is Changed {
  return "changed" in answer;
}

/** An entry as a command decides it; its conversation, sender and time are the turn's to add. */
export type Decided = Unlinked extends infer U
  ? U extends Unlinked
    ? Omit<U, "conversationId" | "senderId" | "sentAt">
    : never
  : never;

/** Entries to write and, once they are linked, the answer; or why not. */
export type Decision<Answer> =
  | { entries: Decided[]; claim?: Claim; answer: (entries: Entry[]) => Answer }
  | { refused: Refusal };

/** What one type of command is: everything that is not the same for all. */
export type Rules<T extends CommandType> = {
  key(command: CommandOf<T>): CommandKey;
  /** Seqs of messages that deciding needs to know of. */
  refersTo?(command: CommandOf<T>): number[];
  /** Pure. A command that changes nothing decides no entries. */
  decide(draft: Draft, command: CommandOf<T>): Decision<Answers[T]>;
  /** The answer to a command whose key is in the log already: the first answer. */
  repeat(draft: Draft, command: CommandOf<T>, first: Remembered): Decision<Answers[T]>;
};

/** Rules of a command that changes a message: its text, author and marks are read before deciding. */
export const changesTarget = {
  key: ({ commandId }: { commandId: string }): CommandKey => ({ commandId }),
  // An import asks what is new; anybody else gets the first answer still.
  repeat: (_draft: Draft, { imported }: Issued): Decision<Changed> => unchanged({ changed: !imported }),
};

/** Nothing to write: the answer is known. */
export const unchanged = <Answer>(answer: Answer): Decision<Answer> => ({ entries: [], answer: () => answer });

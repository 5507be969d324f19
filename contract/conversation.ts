import Type, { type Static } from "typebox";
import { Data, Kind, Role, Text } from "./entry.ts";
import { type RefusalName, refuse } from "./errors.ts";
import { ClientMessageId, Handle, Head, Id, PrincipalAddress, Seq, Strict, Time } from "./scalars.ts";

export const Purpose = Type.String({ maxLength: 250 });

/** What a message is made of, apart from where it goes. */
export const NewMessage = Strict({
  text: Text,
  data: Type.Optional(Data),
  clientMessageId: Type.Optional(ClientMessageId),
  replyTo: Type.Optional(Seq),
});
export type NewMessage = Static<typeof NewMessage>;

/** What a conversation is made of. Which fields a kind takes is checked by `router.create`. */
export const NewConversation = Strict({
  id: Type.Optional(Id),
  kind: Kind,
  name: Type.Optional(Type.String()),
  private: Type.Optional(Type.Boolean()),
  purpose: Type.Optional(Purpose),
  members: Type.Optional(Type.Array(PrincipalAddress)),
});
export type NewConversation = Static<typeof NewConversation>;

/** What may be changed of a conversation; which a kind takes is checked by `router.change`. */
export const ConversationChange = Strict({
  name: Type.Optional(Type.String()),
  purpose: Type.Optional(Purpose),
  archived: Type.Optional(Type.Boolean()),
});
export type ConversationChange = Static<typeof ConversationChange>;

/** A conversation as one of its members sees it. */
export const Conversation = Type.Object({
  id: Id,
  kind: Kind,
  name: Type.Union([Type.String(), Type.Null()]),
  /** The other's id, in a direct one. */
  with: Type.Optional(Id),
  private: Type.Boolean(),
  purpose: Type.String(),
  role: Role,
  head: Head,
  readSeq: Type.Integer({ minimum: 0 }),
  unread: Type.Integer({ minimum: 0 }),
  mentions: Type.Integer({ minimum: 0 }),
  archived: Type.Boolean(),
});
export type Conversation = Static<typeof Conversation>;

/** A public conversation's line for who may find and join it. */
export const Listing = Type.Object({
  id: Id,
  kind: Kind,
  name: Type.String(),
  purpose: Type.String(),
  members: Type.Integer({ minimum: 0 }),
  role: Type.Union([Role, Type.Null()]),
});
export type Listing = Static<typeof Listing>;

/** A group's conversation as an administrator sees it who isn't in it. */
export const Outside = Type.Object({
  id: Id,
  kind: Kind,
  name: Type.String(),
  purpose: Type.String(),
  archived: Type.Boolean(),
});
export type Outside = Static<typeof Outside>;

export const Member = Type.Object({
  principalId: Id,
  handle: Handle,
  name: Type.String(),
  role: Role,
  joinedSeq: Seq,
});
export type Member = Static<typeof Member>;

/** A message as history shows it: its last version, with what the entries after it made of it. */
export const Message = Type.Object({
  seq: Seq,
  senderId: Id,
  text: Type.Optional(Type.String()),
  data: Type.Optional(Data),
  mentions: Type.Array(Id),
  sentAt: Time,
  replyTo: Type.Optional(Seq),
  /** Those that are not redacted. */
  replies: Type.Integer({ minimum: 0 }),
  editedAt: Type.Optional(Time),
  redacted: Type.Optional(Type.Boolean()),
  pinned: Type.Optional(Type.Boolean()),
  reactions: Type.Array(Type.Object({ emoji: Type.String(), count: Type.Integer({ minimum: 1 }), me: Type.Boolean() })),
});
export type Message = Static<typeof Message>;

export const ReadState = Type.Object({
  readSeq: Type.Integer({ minimum: 0 }),
  unread: Type.Integer({ minimum: 0 }),
  mentions: Type.Integer({ minimum: 0 }),
});
export type ReadState = Static<typeof ReadState>;

/** Why a log does not verify, and where. */
export const Verdict = Type.Union([
  Type.Object({ ok: Type.Literal(true), entries: Type.Integer({ minimum: 0 }), head: Head }),
  Type.Object({
    ok: Type.Literal(false),
    seq: Type.Integer({ minimum: 0 }),
    reason: Type.Union([
      Type.Literal("body-hash"),
      Type.Literal("hash"),
      Type.Literal("prev-hash"),
      Type.Literal("missing"),
      Type.Literal("beyond-head"),
      Type.Literal("head"),
      Type.Literal("members"),
      Type.Literal("anchor"),
    ]),
  }),
]);
export type Verdict = Static<typeof Verdict>;

/** Words that a stranger gets for a private conversation and for one that does not exist alike (G5). */
export const UNKNOWN_CONVERSATION = "There is no such conversation";

/**
 * What a caller without a role in a conversation is told: of a public one that he is not in it, of any other that
 * there is none. `conversation` is null where there is none. Router and readers use this one rule.
 */
export function strangerRefusal(conversation: { private: boolean } | null): [RefusalName, string] {
  return conversation && !conversation.private
    ? ["not-a-member", "You are not a member of this conversation"]
    : ["not-found", UNKNOWN_CONVERSATION];
}

export const refuseStranger = (conversation: { private: boolean } | null) => refuse(...strangerRefusal(conversation));

/** The key under which two people's direct conversation is unique: their ids in order. */
export const directKey = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

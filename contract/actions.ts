import Type, { type Static, type TSchema } from "typebox";
import { bindings } from "./actions/bindings.ts";
import { groups } from "./actions/groups.ts";
import { inConversation, internal, none, paging, retried } from "./actions/parts.ts";
import { presenceActions } from "./actions/presence.ts";
import { readers } from "./actions/readers.ts";
import { search } from "./actions/search.ts";
import { Census } from "./actors.ts";
import type { Append, Appended, Fact, Loaded, Reaction, Roles, Target } from "./append.ts";
import {
  Conversation,
  ConversationChange,
  Listing,
  Member,
  Message,
  NewConversation,
  NewMessage,
  Outside,
  Purpose,
  ReadState,
  Verdict,
} from "./conversation.ts";
import { Data, Emoji, Receipt, Role, Text, WireEntry } from "./entry.ts";
import { type Outcome, TopicReceipts } from "./errors.ts";
import { LOOKUP_ITEMS } from "./limits.ts";
import {
  type Credential,
  GivenHandle,
  NewPrincipal,
  NewToken,
  Principal,
  PrincipalChange,
  type Scope,
  type Sender,
  Token,
} from "./principal.ts";
import {
  ClientMessageId,
  CommandId,
  Cursor,
  CursorSeq,
  Handle,
  Hash,
  type Head,
  Id,
  Page,
  PrincipalAddress,
  Seq,
  Strict,
  Time,
} from "./scalars.ts";
import { Topic } from "./topic.ts";

/**
 * What services may ask of each other: name → parameters and result. The schemas validate, type the calls and describe
 * the API. The caller is `ctx.meta.principalId`, which the gateway sets and nobody outside.
 */

/** Hex SHA-256 of tokens. */
const TokenHashes = Strict({ tokenHashes: Type.Array(Hash, { maxItems: LOOKUP_ITEMS }) });

/** A receipt, and whether it is the answer to a repeat. */
export const Sent = Type.Object({ ...Receipt.properties, repeat: Type.Boolean() });
export type Sent = Static<typeof Sent>;

/** What a conversation's actor says to a message it stores. */
export type Stored = Sent & {
  /** Of a message to a topic: its sender is in the conversation, so he may know of it. */
  seen?: true;
};

/** A message to a topic, and whether any conversation has stored it now. */
export const TopicSent = Type.Object({ ...TopicReceipts.properties, stored: Type.Boolean() });
export type TopicSent = Static<typeof TopicSent>;

/** A message on its way to one conversation. */
const Posting = Strict({
  ...NewMessage.properties,
  /** It was sent to this topic: where a binding of it holds, that lets the sender in. The router looks whether it does. */
  topic: Type.Optional(Topic),
});
export type Posting = Static<typeof Posting>;

/** Who is a member now, and whether a command changed it. */
export const Membership = Type.Object({
  principalId: Id,
  role: Role,
  joinedSeq: Seq,
  changed: Type.Boolean(),
});
export type Membership = Static<typeof Membership>;

/** Whether a command changed anything. */
export const Changed = Type.Object({ changed: Type.Boolean() });
export type Changed = Static<typeof Changed>;

/** A message by its seq, or, in an import, by the key it was posted under. */
const Posted = Type.Union([Seq, Strict({ senderId: Id, clientMessageId: ClientMessageId })]);
export type Posted = Static<typeof Posted>;

/** Who did it elsewhere, when, and the key that makes importing it repeatable. */
const elsewhere = { at: Time, senderId: Id, commandId: CommandId };

/** A command of an import: what happened elsewhere, at its time. */
export const Imported = Type.Union([
  Strict({
    type: Type.Literal("create"),
    ...elsewhere,
    kind: NewConversation.properties.kind,
    private: Type.Boolean(),
    name: Type.Optional(Type.String()),
    purpose: Type.Optional(Type.String()),
    members: Type.Array(Id),
  }),
  Strict({
    type: Type.Literal("post"),
    at: Time,
    senderId: Id,
    clientMessageId: ClientMessageId,
    text: Text,
    data: Type.Optional(Data),
    /** The thread's root. */
    replyTo: Type.Optional(Posted),
    /** Whom the text's `@handle`s may mean. */
    mentions: Type.Array(Id),
  }),
  Strict({ type: Type.Literal("join"), ...elsewhere, principalId: Id, role: Role }),
  Strict({ type: Type.Literal("leave"), ...elsewhere, principalId: Id }),
  /** Written even if it changes nothing: elsewhere it did, though the earlier text is not known. */
  Strict({
    type: Type.Literal("edit"),
    ...elsewhere,
    target: Posted,
    text: Text,
    data: Type.Optional(Data),
    mentions: Type.Array(Id),
  }),
  Strict({ type: Type.Literal("react"), ...elsewhere, target: Posted, emoji: Emoji }),
  Strict({
    type: Type.Literal("change"),
    ...elsewhere,
    name: Type.Optional(Type.String()),
    purpose: Type.Optional(Purpose),
    archived: Type.Optional(Type.Boolean()),
  }),
]);
export type Imported = Static<typeof Imported>;

export const actions = {
  ...bindings,
  ...groups,

  // The router: what writes.
  "router.send": {
    params: Strict({ to: Type.String({ minLength: 1, maxLength: 300 }), ...NewMessage.properties }),
    /** By a topic what became of it in each conversation. */
    result: Type.Union([Sent, TopicSent]),
  },
  /** The one conversation that an address means; a topic means many. */
  "router.resolve": {
    params: Strict({ to: Type.String({ minLength: 1, maxLength: 300 }) }),
    result: Type.Object({ conversationId: Id }),
  },
  "router.post": {
    params: Strict({ ...inConversation, messages: Type.Array(Posting, { minItems: 1 }) }),
    result: internal<Outcome<Stored>[]>(),
  },
  "router.create": {
    params: NewConversation,
    result: Type.Object({ conversationId: Id, created: Type.Boolean() }),
  },
  /** Joins the caller, or invites `principal`. */
  "router.join": {
    params: Strict({
      ...inConversation,
      ...retried,
      principal: Type.Optional(PrincipalAddress),
      role: Type.Optional(Role),
    }),
    result: Membership,
  },
  /** Takes the caller out, or removes `principal`. */
  "router.leave": {
    params: Strict({ ...inConversation, ...retried, principal: Type.Optional(PrincipalAddress) }),
    result: Type.Object({ principalId: Id, changed: Type.Boolean() }),
  },
  "router.role": {
    params: Strict({ ...inConversation, ...retried, principal: PrincipalAddress, role: Role }),
    result: Membership,
  },
  /** A new version; `data` is kept if not given, removed by null. */
  "router.edit": {
    params: Strict({
      ...inConversation,
      ...retried,
      seq: Seq,
      text: Text,
      data: Type.Optional(Type.Union([Data, Type.Null()])),
    }),
    result: Changed,
  },
  "router.redact": {
    params: Strict({ ...inConversation, ...retried, seq: Seq, reason: Type.Optional(Type.String({ maxLength: 250 })) }),
    result: Changed,
  },
  "router.react": {
    params: Strict({ ...inConversation, ...retried, seq: Seq, emoji: Emoji, on: Type.Boolean() }),
    result: Changed,
  },
  "router.pin": { params: Strict({ ...inConversation, ...retried, seq: Seq, on: Type.Boolean() }), result: Changed },
  /** Name, purpose and whether it is archived: all that is given, or nothing of it. */
  "router.change": {
    params: Strict({ ...inConversation, ...retried, ...ConversationChange.properties }),
    /** `outside`: of a group's conversation, to an administrator who isn't in it, what he may know of it. */
    result: Type.Object({ ...Changed.properties, outside: Type.Optional(Outside) }),
  },
  /**
   * For the importer alone: the gateway has no route to it. `complete` opens the conversation to everybody. The answers
   * have the seq of messages, by which later commands may name them, and say what was there already; of a message also
   * whether it is there with another content (`differs`), which stays.
   */
  "router.import": {
    params: Strict({ ...inConversation, commands: Type.Array(Imported), complete: Type.Boolean() }),
    result: internal<Outcome<{ seq: number | null; repeat: boolean; differs?: boolean }>[]>(),
  },

  /** The actors of the node that is asked, for administrators. */
  "router.actors": { params: none, result: Census },

  // Persistence: the log, for the router.
  "persistence.append": { params: internal<Append>(), result: internal<Appended>() },
  /** Head, settings and the last entries: null where there is no such conversation. */
  "persistence.load": { params: Strict(inConversation), result: internal<Loaded | null>() },
  /** Members in pages, ascending by id, after one; fewer than a page ends it. */
  "persistence.roles": {
    params: Strict({ ...inConversation, after: Type.Optional(Id) }),
    result: internal<{ roles: Roles; next: string | null }>(),
  },
  /** The messages among these seqs. */
  "persistence.facts": {
    params: Strict({ ...inConversation, seqs: Type.Array(Seq) }),
    result: internal<Fact[]>(),
  },
  /** The messages among these seqs as they are now, with those of the named reactions that are on. */
  "persistence.targets": {
    params: internal<{ conversationId: string; seqs: number[]; reactions: (Reaction & { seq: number })[] }>(),
    result: internal<Target[]>(),
  },
  /** The direct conversation of a pair (see `directKey`). */
  "persistence.direct": { params: Strict({ key: Type.String() }), result: internal<string | null>() },
  /** Ids of the conversations that `#name` means to the caller. */
  "persistence.named": { params: Strict({ name: Type.String() }), result: internal<string[]>() },

  // Persistence: the log, for readers. Each checks in the same read that the caller is a member.
  "persistence.read": {
    params: Strict({ ...inConversation, after: Type.Optional(CursorSeq), ...paging }),
    result: Page(WireEntry),
  },
  "persistence.history": {
    params: Strict({ ...inConversation, before: Type.Optional(Seq), after: Type.Optional(CursorSeq), ...paging }),
    result: Page(Message),
  },
  "persistence.message": { params: Strict({ ...inConversation, seq: Seq }), result: Message },
  "persistence.replies": { params: Strict({ ...inConversation, seq: Seq, ...paging }), result: Page(Message) },
  "persistence.members": { params: Strict({ ...inConversation, ...paging }), result: Page(Member) },
  "persistence.conversations": { params: Strict(paging), result: Page(Conversation) },
  "persistence.conversation": {
    params: Strict(inConversation),
    result: Type.Union([Conversation, Listing]),
  },
  "persistence.channels": {
    params: Strict({ q: Type.Optional(Type.String({ maxLength: 100 })), ...paging }),
    result: Page(Listing),
  },
  /** The caller's conversations with their heads, and his role in each. */
  "persistence.heads": {
    params: Strict({ cursor: Type.Optional(Cursor) }),
    result: internal<Page<{ conversationId: string; role: Role; head: Head }>>(),
  },
  "persistence.markRead": { params: Strict({ ...inConversation, seq: CursorSeq }), result: ReadState },
  "persistence.verify": {
    params: Strict({
      ...inConversation,
      anchors: Type.Optional(Type.Array(Strict({ seq: Seq, hash: Hash }), { maxItems: 1000 })),
    }),
    result: Verdict,
  },

  ...readers,

  // Persistence: the directory's rows, for the directory service.
  "persistence.revision": { params: none, result: internal<number>() },
  "persistence.principals": {
    params: Strict({
      q: Type.Optional(Type.String({ maxLength: 100 })),
      ids: Type.Optional(Type.Array(Id, { maxItems: LOOKUP_ITEMS })),
      handles: Type.Optional(Type.Array(Handle, { maxItems: LOOKUP_ITEMS })),
      ...paging,
    }),
    result: Page(Principal),
  },
  "persistence.addPrincipal": {
    params: internal<Principal & Partial<Sender>>(),
    result: internal<{ revision: number }>(),
  },
  "persistence.changePrincipal": {
    params: Strict({ id: Id, change: PrincipalChange }),
    result: internal<{ principal: Principal; revision: number }>(),
  },
  "persistence.addToken": {
    params: internal<{
      id: string;
      principalId: string;
      hash: string;
      label: string;
      scopes: Scope[] | null;
      expiresAt: string | null;
    }>(),
    result: internal<{ revision: number }>(),
  },
  "persistence.tokens": { params: Strict({ principalId: Id, ...paging }), result: Page(Token) },
  "persistence.removeToken": { params: Strict({ id: Id }), result: internal<{ removed: boolean; revision: number }>() },
  /** Who a token speaks for, by hex SHA-256: null where there is none; expiry and disabling are the caller's to judge. */
  "persistence.credentials": { params: TokenHashes, result: internal<Credential[]>() },

  // The directory.
  "directory.revision": { params: none, result: internal<number>() },
  "directory.me": { params: none, result: Principal },
  "directory.find": {
    params: Strict({
      q: Type.Optional(Type.String({ maxLength: 100 })),
      ids: Type.Optional(Type.Array(Id, { maxItems: LOOKUP_ITEMS })),
      ...paging,
    }),
    result: Page(Principal),
  },
  "directory.get": { params: Strict({ handle: GivenHandle }), result: Principal },
  /** By handles at once, for other services; unknown ones are left out. */
  "directory.lookup": {
    params: Strict({ handles: Type.Array(Handle, { maxItems: LOOKUP_ITEMS }) }),
    result: internal<{ revision: number; principals: Principal[] }>(),
  },
  /** For the gateway. */
  "directory.credentials": {
    params: TokenHashes,
    result: internal<{ revision: number; credentials: Credential[] }>(),
  },
  "directory.create": { params: NewPrincipal, result: Principal },
  "directory.change": { params: Strict({ handle: GivenHandle, ...PrincipalChange.properties }), result: Principal },
  "directory.createToken": {
    params: Strict({ handle: GivenHandle, ...NewToken.properties }),
    result: Type.Object({ id: Id, token: Type.String() }),
  },
  "directory.tokens": { params: Strict({ handle: GivenHandle, ...paging }), result: Page(Token) },
  "directory.revokeToken": { params: Strict({ id: Id }), result: internal<null>() },

  ...presenceActions,
  ...search,

  // The importer.
  "importer.run": {
    params: Strict({ path: Type.String({ minLength: 1 }) }),
    result: internal<ImportSummary>(),
  },
} as const satisfies Record<string, { params: TSchema; result: TSchema }>;

export type ActionName = keyof typeof actions;
export type Params<A extends ActionName> = Static<(typeof actions)[A]["params"]>;
export type Result<A extends ActionName> = Static<(typeof actions)[A]["result"]>;

/** What became of an archive: every record of it is imported or skipped, with the reason. */
export type ImportSummary = {
  conversations: number;
  people: number;
  applications: number;
  records: number;
  imported: number;
  /** Of those imported, how many an earlier run had stored. */
  repeated: number;
  skipped: Record<string, number>;
  /** What was imported as something else than it was, by name. */
  notes: string[];
  /** What should have been stored and was not, in sentences: empty when all is well. */
  failures: string[];
  verified: { conversations: number; faults: { conversationId: string; seq: number; reason: string }[] };
};

import Type, { type Static } from "typebox";
import { TEXT_CODE_POINTS } from "./limits.ts";
import { ClientMessageId, Hash, Id, Seq, Strict, Time } from "./scalars.ts";

/**
 * One line of a conversation's log. `(conversationId, seq)` is its identity. What an entry means is its `type` and its
 * `body`; a new kind of entry is a new type, not a new table.
 */

export const Kind = Type.Union([
  Type.Literal("direct"),
  Type.Literal("room"),
  Type.Literal("channel"),
  Type.Literal("broadcast"),
]);
export type Kind = Static<typeof Kind>;

/** What a member may do; the order is that of rights. */
export const Role = Type.Union([Type.Literal("owner"), Type.Literal("member"), Type.Literal("reader")]);
export type Role = Static<typeof Role>;

export const Text = Type.String({ minLength: 1, maxLength: TEXT_CODE_POINTS });
export const Data = Type.Record(Type.String(), Type.Unknown());
export type Data = Static<typeof Data>;

/** 1–32 code points without control, space or `/`. */
export const Emoji = Type.String({ minLength: 1, maxLength: 32, pattern: "^[^\\p{Cc}\\p{Cs}\\p{Z}/]+$" });

const Salted = {
  text: Text,
  data: Type.Optional(Data),
  mentions: Type.Optional(Type.Array(Id)),
  /** 16 random bytes, base64url: keeps a removed text from being guessed by its hash. */
  salt: Type.String({ pattern: "^[A-Za-z0-9_-]{22}$" }),
};

/** The body of each type of entry. */
export const bodies = {
  create: Strict({
    kind: Kind,
    private: Type.Boolean(),
    name: Type.Optional(Type.String()),
    purpose: Type.Optional(Type.String()),
  }),
  message: Strict(Salted),
  join: Strict({ principalId: Id, role: Role }),
  leave: Strict({ principalId: Id }),
  role: Strict({ principalId: Id, role: Role }),
  /** The target's whole new version. */
  edit: Strict(Salted),
  redact: Strict({ reason: Type.Optional(Type.String()) }),
  reaction: Strict({ emoji: Emoji, on: Type.Boolean() }),
  pin: Strict({ on: Type.Boolean() }),
  rename: Strict({ name: Type.String() }),
  purpose: Strict({ purpose: Type.String() }),
  archive: Strict({ on: Type.Boolean() }),
};

export type EntryType = keyof typeof bodies;
const isEntryType = (name: string): name is EntryType => Object.hasOwn(bodies, name);
const entryTypes = Object.keys(bodies).filter(isEntryType);
export type Body<T extends EntryType> = Static<(typeof bodies)[T]>;

/** An entry's fields besides its body: what a verifier holds when the body is withheld. */
type Line = {
  conversationId: string;
  seq: number;
  senderId: string;
  clientMessageId?: string;
  replyTo?: number;
  targetSeq?: number;
  sentAt: string;
  bodyHash: string;
  prevHash: string;
  hash: string;
};

/** An entry with its body, as the router decides and the log stores it. */
export type EntryOf<T extends EntryType> = Line & { type: T; body: Body<T> };
export type Entry = { [T in EntryType]: EntryOf<T> }[EntryType];

const body = Type.Unsafe<Entry["body"]>(Type.Union(Object.values(bodies)));

/** An entry as clients see it: the body is absent where a later edit or redaction overtook it. */
export const WireEntry = Strict({
  conversationId: Id,
  seq: Seq,
  type: Type.Enum(entryTypes),
  senderId: Id,
  clientMessageId: Type.Optional(ClientMessageId),
  replyTo: Type.Optional(Seq),
  targetSeq: Type.Optional(Seq),
  body: Type.Optional(body),
  sentAt: Time,
  bodyHash: Hash,
  prevHash: Hash,
  hash: Hash,
});
export type WireEntry = Line & { type: EntryType; body?: Entry["body"] };

/** The acknowledgement of a stored message; its `hash` is an anchor for `verify`. */
export const Receipt = Type.Object({ conversationId: Id, seq: Seq, sentAt: Time, hash: Hash });
export type Receipt = Static<typeof Receipt>;

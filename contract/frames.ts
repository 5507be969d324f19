import Type, { type Static } from "typebox";
import { NewMessage } from "./conversation.ts";
import type { Receipt, WireEntry } from "./entry.ts";
import type { Problem, TopicReceipts } from "./errors.ts";
import { REF_CHARACTERS, WATCHED } from "./limits.ts";
import { Choice, type Presence } from "./presence.ts";
import { CursorSeq, Id, PrincipalAddress, Strict } from "./scalars.ts";

/** The stream's frames: what a client says, and what it is told. */

export const Ref = Type.Union([
  Type.String({ minLength: 1, maxLength: REF_CHARACTERS }),
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
]);
export type Ref = Static<typeof Ref>;

/** First frame of a session. A conversation without a cursor starts at its head. */
export const Hello = Strict({
  type: Type.Literal("hello"),
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
  cursors: Type.Optional(Type.Record(Type.String(), CursorSeq)),
});
export type Hello = Static<typeof Hello>;

export const Send = Strict({
  type: Type.Literal("send"),
  ref: Ref,
  to: Type.String({ minLength: 1, maxLength: 300 }),
  ...NewMessage.properties,
});
export type Send = Static<typeof Send>;

export const Read = Strict({ type: Type.Literal("read"), conversationId: Id, seq: CursorSeq });
export type Read = Static<typeof Read>;

export const Typing = Strict({ type: Type.Literal("typing"), conversationId: Id });
export type Typing = Static<typeof Typing>;

export const Choose = Strict({ type: Type.Literal("presence"), ...Choice.properties });
export type Choose = Static<typeof Choose>;

/** Whose presence is told from now on, instead of what was watched before. */
export const Watch = Strict({
  type: Type.Literal("watch"),
  principals: Type.Array(PrincipalAddress, { maxItems: WATCHED }),
});
export type Watch = Static<typeof Watch>;

/** What a client may say after `hello`. A `send` with good `ref` and bad fields is refused; any other fault closes. */
export const clientFrames = { send: Send, read: Read, typing: Typing, presence: Choose, watch: Watch };

export type ServerFrame =
  | { type: "ready"; sessionId: string; principalId: string; heads: Record<string, number> }
  | { type: "entries"; conversationId: string; entries: WireEntry[] }
  | ({ type: "ack"; ref: Ref } & (Receipt | TopicReceipts))
  | { type: "refused"; ref: Ref; problem: Problem }
  | { type: "joined"; conversationId: string }
  | { type: "left"; conversationId: string }
  | { type: "read"; conversationId: string; seq: number }
  | { type: "typing"; conversationId: string; principalId: string }
  | ({ type: "presence" } & Presence);

import Type, { type TSchema } from "typebox";
import type { WireEntry } from "../entry.ts";
import { LOOKUP_ITEMS } from "../limits.ts";
import { Cursor, type Head, Id, type Page, Strict } from "../scalars.ts";
import { internal } from "./parts.ts";

/** How far somebody has read one conversation's log: the seq of the last entry that he has; 0 is before the first. */
export type LogCursor = { conversationId: string; seq: number };

/** A message's place. */
export type MessageKey = { conversationId: string; seq: number };

/** A message as it is now. `version` is the seq of the entry that its text is from, its own or its last edit's. */
export type CurrentMessage = MessageKey & {
  senderId: string;
  sentAt: string;
  replyTo?: number;
  /** Those that are not redacted. */
  replies: number;
} & ({ version: number; text: string } | { redacted: true });

/** In no order; `left` are the places that were not looked at, since the page was full. */
export type CurrentPage = { messages: CurrentMessage[]; left: MessageKey[] };

/**
 * Persistence, for what follows many logs: gateways, search, and later webhooks. Nobody's in particular, so membership is not asked
 * for, and nothing of it leads out through the gateway.
 */
export const readers = {
  /**
   * The conversations of these principals with their heads, by principal and id: what streams start from and are checked
   * against. `from` is the first entry that a stream shows him for having joined.
   */
  "persistence.headsOf": {
    params: Strict({
      principalIds: Type.Array(Id, { minItems: 1, maxItems: LOOKUP_ITEMS }),
      cursor: Type.Optional(Cursor),
    }),
    result: internal<Page<{ principalId: string; conversationId: string; head: Head; from: number }>>(),
  },
  /** Conversations and their last seq, ascending by id, after one. */
  "persistence.logs": {
    params: Strict({ after: Type.Optional(Id) }),
    result: internal<{ logs: LogCursor[]; next: string | null }>(),
  },
  /**
   * Entries after these cursors, of each log ascending, of one log after the other; as the stream tells them: what was
   * overtaken has no body. Ends at a page's size.
   */
  "persistence.follow": { params: internal<{ after: LogCursor[] }>(), result: internal<WireEntry[]>() },
  /** The messages among these places, as they are now. */
  "persistence.current": { params: internal<{ keys: MessageKey[] }>(), result: internal<CurrentPage>() },
  /** The same, but only in conversations of which the caller is a member now: a reader's action. */
  "persistence.mine": { params: internal<{ keys: MessageKey[] }>(), result: internal<CurrentPage>() },
} as const satisfies Record<string, { params: TSchema; result: TSchema }>;

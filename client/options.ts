import type { Closed, Token } from "./link.ts";
import type { Entry, Message, Presence } from "./words.ts";

/**
 * What one is told, each by a function that may be left out. They are called one at a time, in order, and should not throw:
 * what they throw is nobody's to catch, and counts as handled.
 */
export type Handlers = {
  /** A connection stands: who one is, and where one's conversations end. */
  ready?(event: { sessionId: string; principalId: string; heads: Readonly<Record<string, number>> }): void;
  /** Of a conversation, what comes next in its log: each entry once, in order, over all connections. */
  entries?(event: { conversationId: string; entries: readonly Entry[] }): void;
  /** One is in since now; its entries follow. */
  joined?(event: { conversationId: string }): void;
  /** One is out. */
  left?(event: { conversationId: string }): void;
  /**
   * Here entries go on after `head`, which is not where they ended: it was joined while there was no connection, or its
   * log was set back. What lies before is to be read anew, over REST.
   */
  reset?(event: { conversationId: string; head: number }): void;
  /** One has read up to `seq`, elsewhere. */
  read?(event: { conversationId: string; seq: number }): void;
  /** Somebody is typing; stale after 6 seconds. */
  typing?(event: { conversationId: string; principalId: string }): void;
  /** One of those who are watched. */
  presence?(event: Presence): void;
  /** The connection has ended. With `again` undefined for good: what is still unanswered has failed. */
  closed?(event: Closed): void;
};

export type Options = {
  /** Gateways: `https://host`; `/v1` behind it is fine. Each new connection is made to the next one. */
  url: string | readonly string[];
  /** A token, or what gets one: asked before each connection, and once more when the one it gave was refused. */
  token: Token;
  /** Where to go on, from `cursors` of an earlier client: kept by the caller, it outlives the process. */
  cursors?: Readonly<Record<string, number>>;
  on?: Handlers;
};

export type SendOptions = Omit<Message, "text"> & {
  /** Milliseconds for an answer, 60,000 by default. */
  patience?: number;
};

import type { Announcement, Notice, Typing } from "../../contract/events.ts";
import type { Presence } from "../../contract/presence.ts";

/** Takes a subject's messages, in the order of their publication; must not throw. */
export type Listener<T> = (message: T) => void;
export type Unsubscribe = () => void;

/**
 * Tells those who are interested, and only those: one subject a conversation, one a principal for himself and one for
 * those who watch him. At most once: what is published while nobody listens is gone, and a kind that is not `lossless` may
 * drop anything. So listeners compare `head` with what they have seen, and repair a gap from the log; who watches reads
 * again now and then; typing that is lost is lost.
 */
export interface FanOut {
  /** Whether every message reaches every listener. Only the kind inside one process may say so. */
  readonly lossless: boolean;
  announce(announcement: Announcement): void;
  notify(principalId: string, notice: Notice): void;
  /** On the conversation's own subject: whoever hears one hears both. */
  type(typing: Typing): void;
  present(presence: Presence): void;
  onAnnouncement(conversationId: string, listener: Listener<Announcement>): Unsubscribe;
  /** Those of all conversations: for the few that follow every log. */
  onEveryAnnouncement(listener: Listener<Announcement>): Unsubscribe;
  onTyping(conversationId: string, listener: Listener<Typing>): Unsubscribe;
  onNotice(principalId: string, listener: Listener<Notice>): Unsubscribe;
  onPresence(principalId: string, listener: Listener<Presence>): Unsubscribe;
  /** To be awaited before anything else. */
  open(): Promise<void>;
  /** Resolves when what was subscribed to before is heard from now on. */
  subscribed(): Promise<void>;
  /** Calls back when messages may have been lost to every listener at once. */
  onReconnected(listener: () => void): Unsubscribe;
  close(): Promise<void>;
}

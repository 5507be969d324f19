import { DebugEvents, Events, type NatsConnection, type Subscription } from "nats";
import type { Announcement, Notice, Typing } from "../../contract/events.ts";
import { ANNOUNCEMENT_BYTES } from "../../contract/limits.ts";
import type { Presence } from "../../contract/presence.ts";
import { dial } from "../nats/dial.ts";
import type { Nats } from "../nats/options.ts";
import { endStale } from "../nats/stale.ts";
import type { FanOut, Listener, Unsubscribe } from "./fan-out.ts";

/**
 * Fan-out between processes: one NATS core subject a conversation, two a principal, so that the servers carry a
 * message to those nodes only that have a listener for it. At most once. A connection of its own: what is announced neither
 * waits for calls nor holds them up.
 */
export class NatsFanOut implements FanOut {
  readonly lossless = false;
  readonly #nats: Nats;
  readonly #name: string;
  readonly #warn: (sentence: string) => void;
  readonly #conversations: Subjects<Announcement | Typing>;
  readonly #notices: Subjects<Notice>;
  readonly #presences: Subjects<Presence>;
  readonly #reconnected = new Set<() => void>();
  #open: NatsConnection | undefined;

  /**
   * @param name what its connection is called in the server's lists
   * @param warn hears in a sentence what it waits for, and what it can't read
   */
  constructor(nats: Nats, name: string, warn: (sentence: string) => void) {
    this.#nats = nats;
    this.#name = name;
    this.#warn = warn;
    const malformed = (subject: string) => warn(`What was told on ${subject} is no JSON object`);
    const connection = () => this.#connection;
    this.#conversations = new Subjects(connection, "wirehouse.conversation", malformed);
    this.#notices = new Subjects(connection, "wirehouse.principal", malformed);
    this.#presences = new Subjects(connection, "wirehouse.presence", malformed);
  }

  get #connection(): NatsConnection {
    if (!this.#open) throw new Error("The fan-out is not open");
    return this.#open;
  }

  /** @throws CannotStart when there is no connection, and waiting would not help */
  async open(): Promise<void> {
    this.#open = await dial(this.#nats, `${this.#name} fan-out`, this.#warn);
    void this.#follow(this.#open);
  }

  announce(announcement: Announcement): void {
    const whole = JSON.stringify(announcement);
    const fits = Buffer.byteLength(whole) <= ANNOUNCEMENT_BYTES;
    const told = fits ? whole : JSON.stringify({ ...announcement, entries: [] });
    this.#conversations.publish(tokenOf(announcement.conversationId), told);
  }

  notify(principalId: string, notice: Notice): void {
    this.#notices.publish(tokenOf(principalId), JSON.stringify(notice));
  }

  type(typing: Typing): void {
    this.#conversations.publish(tokenOf(typing.conversationId), JSON.stringify(typing));
  }

  present(presence: Presence): void {
    this.#presences.publish(tokenOf(presence.principalId), JSON.stringify(presence));
  }

  onAnnouncement(conversationId: string, listener: Listener<Announcement>): Unsubscribe {
    return this.#conversations.subscribe(tokenOf(conversationId), announced(listener));
  }

  onEveryAnnouncement(listener: Listener<Announcement>): Unsubscribe {
    return this.#conversations.subscribe(EVERY, announced(listener));
  }

  onTyping(conversationId: string, listener: Listener<Typing>): Unsubscribe {
    return this.#conversations.subscribe(tokenOf(conversationId), (told) => {
      if ("type" in told) listener(told);
    });
  }

  onNotice(principalId: string, listener: Listener<Notice>): Unsubscribe {
    return this.#notices.subscribe(tokenOf(principalId), listener);
  }

  onPresence(principalId: string, listener: Listener<Presence>): Unsubscribe {
    return this.#presences.subscribe(tokenOf(principalId), listener);
  }

  onReconnected(listener: () => void): Unsubscribe {
    this.#reconnected.add(listener);
    return () => this.#reconnected.delete(listener);
  }

  /** One round trip: the server handles what comes over a connection in its order. */
  async subscribed(): Promise<void> {
    await this.#connection.flush();
  }

  async close(): Promise<void> {
    await this.#open?.close();
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === DebugEvents.StaleConnection) endStale(connection);
      if (type === Events.Reconnect) for (const listener of this.#reconnected) listener();
    }
  }
}

/** A subject's last token: an id in which `.`, `*`, `>` and blanks, which have a meaning there, are encoded. */
const tokenOf = (id: string): string => encodeURIComponent(id).replaceAll(".", "%2E").replaceAll("*", "%2A");
/** Stands for every token. */
const EVERY = "*";

/** What is typed rides on the same subjects. */
const announced =
  (listener: Listener<Announcement>): Listener<Announcement | Typing> =>
  (told) => {
    if ("head" in told) listener(told);
  };

/** The subjects of one kind of thing, by their last token; one NATS subscription for all listeners of a subject. */
class Subjects<T> {
  readonly #connection: () => NatsConnection;
  readonly #prefix: string;
  readonly #malformed: (subject: string) => void;
  readonly #subjects = new Map<string, { listeners: Set<Listener<T>>; subscription: Subscription }>();

  constructor(connection: () => NatsConnection, prefix: string, malformed: (subject: string) => void) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#malformed = malformed;
  }

  publish(token: string, message: string): void {
    // What is told while the connection closes is read from the log by those whom it concerns.
    const connection = this.#connection();
    if (!connection.isClosed()) connection.publish(this.#subjectOf(token), message);
  }

  subscribe(token: string, listener: Listener<T>): Unsubscribe {
    const found = this.#subjects.get(token);
    const subject = found ?? this.#follow(token);
    subject.listeners.add(listener);
    return () => {
      subject.listeners.delete(listener);
      if (subject.listeners.size > 0 || this.#subjects.get(token) !== subject) return;
      subject.subscription.unsubscribe();
      this.#subjects.delete(token);
    };
  }

  #follow(token: string) {
    const listeners = new Set<Listener<T>>();
    const subscription = this.#connection().subscribe(this.#subjectOf(token), {
      callback: (error, message) => {
        if (error) return;
        const told = this.#read(message);
        if (told !== undefined) for (const listener of listeners) listener(told);
      },
    });
    const subject = { listeners, subscription };
    this.#subjects.set(token, subject);
    return subject;
  }

  /** What looked into anything but an object would throw, and with it the connection would be read no more. */
  #read(message: { subject: string; json<M>(): M }): T | undefined {
    try {
      const told = message.json<T>();
      if (typeof told === "object" && told !== null) return told;
    } catch {
      // Told as what isn't an object is.
    }
    this.#malformed(message.subject);
    return undefined;
  }

  #subjectOf(token: string): string {
    return `${this.#prefix}.${token}`;
  }
}

import type { Announcement, Notice, Typing } from "../../contract/events.ts";
import type { Presence } from "../../contract/presence.ts";
import type { FanOut, Listener, Unsubscribe } from "./fan-out.ts";

/** Fan-out inside one process: listeners are called before the publisher goes on. */
export class LocalFanOut implements FanOut {
  readonly lossless = true;
  readonly #announcements = new Subjects<Announcement>();
  /** Of one subject. */
  readonly #every = new Subjects<Announcement>();
  readonly #typing = new Subjects<Typing>();
  readonly #notices = new Subjects<Notice>();
  readonly #presences = new Subjects<Presence>();

  announce(announcement: Announcement): void {
    this.#announcements.publish(announcement.conversationId, announcement);
    this.#every.publish("", announcement);
  }

  notify(principalId: string, notice: Notice): void {
    this.#notices.publish(principalId, notice);
  }

  type(typing: Typing): void {
    this.#typing.publish(typing.conversationId, typing);
  }

  present(presence: Presence): void {
    this.#presences.publish(presence.principalId, presence);
  }

  onAnnouncement(conversationId: string, listener: Listener<Announcement>): Unsubscribe {
    return this.#announcements.subscribe(conversationId, listener);
  }

  onEveryAnnouncement(listener: Listener<Announcement>): Unsubscribe {
    return this.#every.subscribe("", listener);
  }

  onNotice(principalId: string, listener: Listener<Notice>): Unsubscribe {
    return this.#notices.subscribe(principalId, listener);
  }

  onTyping(conversationId: string, listener: Listener<Typing>): Unsubscribe {
    return this.#typing.subscribe(conversationId, listener);
  }

  onPresence(principalId: string, listener: Listener<Presence>): Unsubscribe {
    return this.#presences.subscribe(principalId, listener);
  }

  async open(): Promise<void> {}

  async subscribed(): Promise<void> {}

  onReconnected(): Unsubscribe {
    return () => {};
  }

  async close(): Promise<void> {}
}

class Subjects<T> {
  readonly #listeners = new Map<string, Set<Listener<T>>>();

  publish(subject: string, message: T): void {
    for (const listener of this.#listeners.get(subject) ?? []) listener(message);
  }

  subscribe(subject: string, listener: Listener<T>): Unsubscribe {
    const listeners = this.#listeners.get(subject) ?? new Set();
    this.#listeners.set(subject, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(subject) === listeners) this.#listeners.delete(subject);
    };
  }
}

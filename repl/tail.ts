import { setTimeout as pause } from "node:timers/promises";
import type { ServiceBroker } from "moleculer";
import type { WireEntry } from "../contract/entry.ts";
import { refusalOf, refusals } from "../contract/errors.ts";
import { LOOKUP_ITEMS, PAGE_ITEMS } from "../contract/limits.ts";
import { call } from "../mixins/call.ts";
import { fanOutOf } from "../mixins/fan-out/fan-out.middleware.ts";
import { command, plain, reason, words } from "./command.ts";
import { interject } from "./node-repl.ts";
import { operator } from "./operator.middleware.ts";

/** Entries that are shown before those to come. */
const BEFORE = 10;
/** Milliseconds after which the log is asked though nothing was announced: announcements may be lost. */
const LOOK = 2_000;

/** What ends the tail that is followed, if any. */
const followed = new WeakMap<ServiceBroker, () => void>();

type Speaker = { principalId: string };

export const tail = command(
  "tail <conversation>",
  "Follow #channel, @handle or a conversation's id, live; `tail off` ends it",
  async (broker, line) => {
    const [to = ""] = words(line, 1);
    const end = followed.get(broker);
    end?.();
    followed.delete(broker);
    if (to === "off") return end ? "no longer followed" : "nothing is followed";
    const speaker = await operator(broker);
    const { conversationId } = await call(broker, "router.resolve", { to }, speaker);
    const conversation = await call(broker, "persistence.conversation", { conversationId }, speaker);
    const from = "head" in conversation ? Math.max(0, conversation.head.seq - BEFORE) : 0;
    // Who may not read it is told so now.
    const first = await call(broker, "persistence.read", { conversationId, after: from, limit: PAGE_ITEMS }, speaker);
    follow(broker, speaker, conversationId, from);
    return `following ${plain(to)} from entry ${first.items[0]?.seq ?? from + 1} on; "tail off" ends it`;
  },
);

/**
 * Shows what comes after a seq. Announcements only wake it: each entry is read from the log, where the speaker's
 * membership is checked anew.
 */
function follow(broker: ServiceBroker, speaker: Speaker, conversationId: string, from: number): void {
  const ended = new AbortController();
  let wake: () => void = () => {};
  const unsubscribe = fanOutOf(broker).onAnnouncement(conversationId, () => wake());
  const end = () => {
    unsubscribe();
    ended.abort();
    wake();
  };
  followed.set(broker, end);
  const names = new Names(broker, speaker);
  void (async () => {
    for (let after = from; !ended.signal.aborted; ) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      try {
        const page = { conversationId, after, limit: PAGE_ITEMS };
        const { items } = await call(broker, "persistence.read", page, speaker);
        await names.learn(items.map(({ senderId }) => senderId));
        if (ended.signal.aborted) return;
        for (const entry of items) interject(shown(entry, names.of(entry.senderId)));
        after = items.at(-1)?.seq ?? after;
        if (items.length === 0) await Promise.race([promise, pause(LOOK, undefined, { ref: false })]);
      } catch (error) {
        if (refusals[refusalOf(error).type].retryable) await pause(LOOK, undefined, { ref: false });
        else {
          interject(`no longer followed: ${reason(error)}`);
          end();
        }
      }
    }
  })();
}

/** An entry on one line. */
function shown({ seq, sentAt, type, replyTo, targetSeq, body }: WireEntry, sender: string): string {
  const about = [replyTo && `to ${replyTo}`, targetSeq && `of ${targetSeq}`].filter(Boolean).join(" ");
  const said = body === undefined ? "(overtaken)" : "text" in body ? body.text : JSON.stringify(body);
  return [seq, sentAt, sender, type === "message" ? "" : type, about, plain(said)]
    .filter((part) => part !== "")
    .join("  ");
}

/** Handles of principals, as far as they were asked for. */
class Names {
  readonly #broker: ServiceBroker;
  readonly #speaker: Speaker;
  readonly #handles = new Map<string, string>();

  constructor(broker: ServiceBroker, speaker: Speaker) {
    this.#broker = broker;
    this.#speaker = speaker;
  }

  of(id: string): string {
    return `@${this.#handles.get(id) ?? id}`;
  }

  async learn(given: string[]): Promise<void> {
    const ids = [...new Set(given)].filter((id) => !this.#handles.has(id)).slice(0, LOOKUP_ITEMS);
    if (ids.length === 0) return;
    const { items } = await call(this.#broker, "directory.find", { ids, limit: LOOKUP_ITEMS }, this.#speaker);
    for (const { id, handle } of items) this.#handles.set(id, handle);
  }
}

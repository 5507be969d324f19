import type { Notice } from "../../../contract/events.ts";
import type { FanOut, Unsubscribe } from "../../../mixins/fan-out/fan-out.ts";
import { Audience, type Tally } from "./audience.ts";
import { Audits } from "./audits.ts";
import type { HeadOf, Log } from "./log.ts";
import { type Arriving, type Joined, Online } from "./online.ts";
import { Repairs } from "./repairs.ts";
import { frameOf } from "./server-frames.ts";

type Options = {
  fanOut: Pick<FanOut, "lossless" | "onAnnouncement" | "onTyping" | "onNotice" | "subscribed">;
  log: Log;
  tally: Tally;
  /** What went wrong and is tried again. */
  failed(error: unknown): void;
};

/**
 * Who is here for which conversation. Hears what is announced and told, and sees to it that each session gets each entry
 * of its conversations once and in order (G4), and nothing of others (G5).
 */
export class Hub {
  readonly #options: Options;
  readonly #repairs: Repairs;
  readonly #audits: Audits;
  readonly #audiences = new Map<string, { audience: Audience; unsubscribe: Unsubscribe }>();
  readonly #online = new Map<string, Online>();

  constructor(options: Options) {
    this.#options = options;
    this.#repairs = new Repairs({
      read: options.log.read,
      failed: options.failed,
      expel: (audience, principalId) => this.#expel(audience, principalId),
      tally: options.tally,
    });
    this.#audits = new Audits({
      ...options,
      audience: (conversationId) => this.#audiences.get(conversationId)?.audience,
      missing: ({ conversationId, head, from }, sessions) =>
        this.#welcome(this.#audienceOf(conversationId, from - 1), sessions, from, head.seq),
    });
  }

  /** Principals who have sessions here. */
  get principals(): Iterable<string> {
    return this.#online.keys();
  }

  /**
   * Begins a session: `greet` is called with where its conversations end, then it gets what comes after: in those it has
   * a cursor for, after that, but not past the head; in all others after the head. `close` ends it at any time.
   */
  async open(session: Arriving, cursors: ReadonlyMap<string, number>, greet: (heads: HeadOf[]) => void): Promise<void> {
    const online = this.#onlineOf(session.principalId);
    online.arrived.add(session);
    const ask = async () => {
      await this.#options.fanOut.subscribed();
      return this.#options.log.heads(session.principalId);
    };
    await online.while(ask, (heads, heard) => {
      if (!online.arrived.has(session)) return;
      greet(heads);
      online.ready.add(session);
      let begun = false;
      for (const { conversationId, head } of heads) {
        begun ||= !this.#audiences.has(conversationId);
        const audience = this.#audienceOf(conversationId, head.seq);
        audience.enter(session, Math.min(cursors.get(conversationId) ?? head.seq, head.seq), head.seq);
        audience.expect(head.seq);
      }
      for (const joined of heard.values()) if (joined) this.#joined(joined, [session]);
      if (begun) this.#audits.soon(online);
    });
  }

  close(session: Arriving): void {
    for (const audience of session.audiences) audience.remove(session);
    const online = this.#online.get(session.principalId);
    if (!online) return;
    online.arrived.delete(session);
    online.ready.delete(session);
    if (online.arrived.size > 0) return;
    online.unsubscribe();
    this.#online.delete(session.principalId);
  }

  /** Asks whether anything was lost for a principal who has sessions here. */
  async audit(principalId: string): Promise<void> {
    const online = this.#online.get(principalId);
    if (online) await this.#audits.audit(online);
  }

  #onlineOf(principalId: string): Online {
    const found = this.#online.get(principalId);
    if (found) return found;
    const online = new Online(principalId);
    this.#online.set(principalId, online);
    online.unsubscribe = this.#options.fanOut.onNotice(principalId, (notice) => this.#notice(online, notice));
    return online;
  }

  /** The audience of a conversation; a new one follows it from `head` on. */
  #audienceOf(conversationId: string, head: number): Audience {
    const found = this.#audiences.get(conversationId);
    if (found) return found.audience;
    const audience = new Audience(conversationId, head, {
      listenersOf: (principalId) => this.#online.get(principalId)?.ready ?? [],
      heardOf: (principalId) => {
        this.#online.get(principalId)?.heard(conversationId);
        this.#repairs.moved(audience, principalId);
      },
      repair: (lagging) => this.#repairs.go(lagging),
      contradicted: (other) => this.#audits.contradicted(other),
      deserted: (empty) => queueMicrotask(() => this.#dropIfEmpty(empty)),
      tally: this.#options.tally,
    });
    const { fanOut } = this.#options;
    const subscriptions = [
      fanOut.onAnnouncement(conversationId, (told) => audience.hear(told)),
      fanOut.onTyping(conversationId, (typing) => audience.typing(typing.principalId)),
    ];
    const unsubscribe = () => {
      for (const end of subscriptions) end();
    };
    this.#audiences.set(conversationId, { audience, unsubscribe });
    return audience;
  }

  /** Who leaves and joins in one breath finds it still there. */
  #dropIfEmpty(audience: Audience): void {
    const found = this.#audiences.get(audience.conversationId);
    if (found?.audience !== audience || audience.size > 0) return;
    found.unsubscribe();
    audience.close();
    this.#audiences.delete(audience.conversationId);
  }

  #notice(online: Online, notice: Notice): void {
    const { conversationId, seq } = notice;
    switch (notice.type) {
      case "joined":
        online.heard(conversationId, notice);
        this.#soon(online, notice);
        break;
      case "left":
        online.heard(conversationId);
        online.coming.delete(conversationId);
        this.#audiences.get(conversationId)?.audience.expect(seq);
        break;
      case "read": {
        const frame = frameOf({ type: "read", conversationId, seq });
        for (const session of online.ready)
          if (session.id !== notice.sessionId && !session.paused) session.write(frame);
        break;
      }
    }
  }

  /** A fresh owner tells old joins and leaves again, in one breath: only where the last of them is a join, he is in. */
  #soon(online: Online, notice: Joined): void {
    const { conversationId } = notice;
    online.coming.set(conversationId, notice);
    queueMicrotask(() => {
      if (online.coming.get(conversationId) !== notice) return;
      online.coming.delete(conversationId);
      this.#joined(notice, [...online.ready], true);
      if (!this.#options.fanOut.lossless) this.#audits.soon(online);
    });
  }

  #joined({ conversationId, seq, from }: Joined, sessions: Arriving[], werePresent = false): void {
    const audience = this.#audienceOf(conversationId, from - 1);
    audience.expect(seq);
    // What it delivered while they were there, it has told them in its order; what it will deliver, it will.
    const inOrder = werePresent && audience.start < seq && seq <= audience.head;
    const toCome = audience.head < from - 1;
    const outside = sessions.filter((session) => !audience.has(session));
    if (!inOrder && !toCome) this.#welcome(audience, outside, from, seq);
    this.#dropIfEmpty(audience);
  }

  #welcome(audience: Audience, sessions: Arriving[], from: number, since: number): void {
    const { conversationId } = audience;
    for (const session of sessions) {
      session.write(frameOf({ type: "joined", conversationId }));
      audience.enter(session, from - 1, since);
    }
    audience.expect(since);
  }

  /** He is no member: whatever of him is still here is told so. */
  #expel(audience: Audience, principalId: string): void {
    const online = this.#online.get(principalId);
    online?.heard(audience.conversationId);
    for (const session of online?.ready ?? []) if (audience.has(session)) audience.dismiss(session);
  }
}

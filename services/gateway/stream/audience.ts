import type { WireEntry } from "../../../contract/entry.ts";
import type { Announcement } from "../../../contract/events.ts";
import { Typists } from "../presence/typists.ts";
import { entriesFrames, frameOf } from "./server-frames.ts";
import type { Frame } from "./shared-frame.ts";
import { moved, splice } from "./splice.ts";

/** A session as those see it who have something to tell it. */
export interface Listener {
  readonly principalId: string;
  /** It takes nothing more for now: what comes it reads later from the log. */
  readonly paused: boolean;
  /** The audiences it belongs to, and those of them in which it has something to catch up. Kept by the audiences. */
  readonly audiences: Set<Audience>;
  readonly behind: Set<Audience>;
  write(frame: Frame): void;
  /** Sends its client away, to come back and begin anew. */
  restart(): void;
  /** There is something in `behind`. */
  catchUp(): void;
}

/** Where a session stands that is not at the head. */
export type Place = {
  /** Seq up to which it has everything. */
  cursor: number;
  /** Seq up to which it is known to be a member: a leave before is old news. */
  since: number;
};

/** Counts entries: written to how many sessions, dropped since they were delivered already, read to close a gap. */
export type Tally = {
  delivered(entries: number): void;
  repeated(entries: number): void;
  repaired(entries: number): void;
};

/** What an audience asks of the hub. */
export type Surroundings = {
  /** Sessions of a principal that have said hello. */
  listenersOf(principalId: string): Iterable<Listener>;
  /** Somebody came or went here. */
  heardOf(principalId: string): void;
  /** Entries after what was delivered are to be read from the log. */
  repair(audience: Audience): void;
  /** The log is not the one that was delivered. */
  contradicted(audience: Audience): void;
  /** Nobody is left. */
  deserted(audience: Audience): void;
  tally: Tally;
};

/**
 * The sessions that follow one conversation here. Its `head` is the seq up to which the live ones have been sent
 * everything: a session is either live, and then exactly there, or behind, and then catches up from the log. So what is
 * announced is encoded once and written to each, and no session's position needs keeping.
 *
 * Nothing is buffered: what can't be delivered, since something before it is missing, is read again.
 */
export class Audience {
  readonly conversationId: string;
  /** Where it began to follow: of what lies before, it knows nothing. */
  readonly start: number;
  readonly #hub: Surroundings;
  readonly #live = new Set<Listener>();
  readonly #behind = new Map<Listener, Place>();
  /** Those of `behind` whose cursor lies past the head: they wait for it. */
  readonly #early = new Set<Listener>();
  readonly #typists = new Typists();
  #head: number;
  /** The hash of the entry at the head, if it was delivered from here. */
  #hash: string | undefined;
  #target: number;
  #closed = false;

  constructor(conversationId: string, head: number, hub: Surroundings) {
    this.conversationId = conversationId;
    this.start = head;
    this.#head = head;
    this.#target = head;
    this.#hub = hub;
  }

  get head(): number {
    return this.#head;
  }

  /** Whether the log is known to go on beyond what was delivered. */
  get lags(): boolean {
    return !this.#closed && this.#head < this.#target;
  }

  get size(): number {
    return this.#live.size + this.#behind.size;
  }

  has(listener: Listener): boolean {
    return this.#live.has(listener) || this.#behind.has(listener);
  }

  /** Another may follow the conversation now: what was still being read for this one is nobody's any more. */
  close(): void {
    this.#closed = true;
  }

  /** Anybody to read the log for, but these principals. */
  someone(except: ReadonlySet<string>): Listener | undefined {
    for (const listener of this.#live) if (!except.has(listener.principalId)) return listener;
    for (const listener of this.#behind.keys()) if (!except.has(listener.principalId)) return listener;
    return undefined;
  }

  /** The log is known to reach up to here. */
  expect(seq: number): void {
    if (seq > this.#target) this.#target = seq;
    if (this.lags) this.#hub.repair(this);
  }

  /**
   * Whether the log is not the one that was delivered: it was set back, by a restore or by a replica that lagged and took
   * over. `delivered` is the head before it was asked where the log ends.
   */
  isContradictedBy({ seq, hash }: { seq: number; hash?: string }, delivered: number): boolean {
    return seq < delivered || (seq === this.#head && [hash, this.#hash].every(Boolean) && hash !== this.#hash);
  }

  /** Sends everybody away whom it has told of entries that are not in the log. */
  restart(): void {
    for (const listener of [...this.#live, ...this.#behind.keys()]) listener.restart();
  }

  /** What was announced: delivered if it is what comes next, else a reason to look into the log. */
  hear({ head, entries }: Pick<Announcement, "entries"> & { head: { seq: number } }): void {
    if (head.seq > this.#head) this.deliver(entries);
    else this.#hub.tally.repeated(entries.length);
    this.expect(head.seq);
  }

  /** Somebody is typing: told to others who keep up, and to nobody later. */
  typing(principalId: string): void {
    if (this.lags || !this.#typists.admit(principalId, performance.now())) return;
    const { conversationId } = this;
    const frame = frameOf({ type: "typing", conversationId, principalId });
    for (const listener of this.#live)
      if (!listener.paused && listener.principalId !== principalId) listener.write(frame);
  }

  /** Consecutive entries. Those delivered already are dropped; nothing is delivered over a gap. */
  deliver(entries: readonly WireEntry[]): void {
    const first = entries[0]?.seq;
    if (this.#closed || first === undefined || first > this.#head + 1) return;
    const news = first === this.#head + 1 ? entries : entries.slice(this.#head + 1 - first);
    if (this.#hash !== undefined && news[0] && news[0].prevHash !== this.#hash) {
      this.#hub.contradicted(this);
      return;
    }
    this.#hub.tally.repeated(entries.length - news.length);
    for (const run of entriesFrames(this.conversationId, news)) this.#deliver(run.entries, run.frame);
  }

  /** Takes a session in that has everything up to `cursor`, and is a member as of `since`. */
  enter(listener: Listener, cursor: number, since: number): void {
    listener.audiences.add(this);
    if (cursor === this.#head) {
      this.#live.add(listener);
      return;
    }
    this.#behind.set(listener, { cursor, since });
    listener.behind.add(this);
    if (cursor > this.#head) this.#early.add(listener);
    else listener.catchUp();
  }

  /** Forgets a session. */
  remove(listener: Listener): void {
    this.#live.delete(listener);
    this.#behind.delete(listener);
    this.#early.delete(listener);
    listener.audiences.delete(this);
    listener.behind.delete(this);
    if (this.size === 0) this.#hub.deserted(this);
  }

  /** The session's principal is out: it is told so. */
  dismiss(listener: Listener): void {
    listener.write(frameOf({ type: "left", conversationId: this.conversationId }));
    this.remove(listener);
  }

  /** Where a session stands that can catch up now; undefined when it is live, gone or waiting for the head. */
  placeOf(listener: Listener): Place | undefined {
    const place = this.#behind.get(listener);
    return place && place.cursor < this.#head ? place : undefined;
  }

  /** Entries that a session read after its place; they are void if it has been given another place since. */
  caughtUp(listener: Listener, place: Place, entries: readonly WireEntry[]): void {
    if (this.#behind.get(listener) !== place) return;
    const news = entries.filter(({ seq }) => seq > place.cursor && seq <= this.#head);
    for (const { entries: sent, frame } of entriesFrames(this.conversationId, news)) {
      listener.write(frame);
      place.cursor = sent.at(-1)?.seq ?? place.cursor;
    }
    if (place.cursor === this.#head) this.#goLive(listener);
  }

  #deliver(entries: readonly WireEntry[], frame: Frame): void {
    const before = this.#head;
    const movers = this.#movers(entries);
    let told = 0;
    for (const listener of this.#live) {
      if (listener.paused) this.#fallBehind(listener, before);
      else if (!movers?.has(listener.principalId)) {
        listener.write(frame);
        told += entries.length;
      }
    }
    this.#hub.tally.delivered(told);
    const last = entries.at(-1);
    this.#head = last?.seq ?? before;
    this.#hash = last?.hash;
    if (movers) {
      for (const principalId of movers) {
        this.#hub.heardOf(principalId);
        for (const listener of this.#hub.listenersOf(principalId)) this.#move(listener, entries);
      }
    }
    for (const listener of this.#early) this.#reached(listener);
  }

  /** Principals with sessions here whom the entries let in or out. */
  #movers(entries: readonly WireEntry[]): Set<string> | undefined {
    let movers: Set<string> | undefined;
    for (const entry of entries) {
      const move = moved(entry);
      if (move === undefined) continue;
      for (const _ of this.#hub.listenersOf(move.principalId)) {
        movers ??= new Set();
        movers.add(move.principalId);
        break;
      }
    }
    return movers;
  }

  /** Tells one session of entries among which are comings and goings of its own principal. */
  #move(listener: Listener, entries: readonly WireEntry[]): void {
    const { conversationId } = this;
    const place = this.#behind.get(listener);
    // What one that is behind was told of when it came is no news.
    const news = place ? entries.filter(({ seq }) => seq > place.since) : entries;
    let readsItself = place !== undefined;
    for (const step of splice(news, listener.principalId, this.has(listener))) {
      if (step.type === "left") {
        this.dismiss(listener);
        readsItself = false;
      } else if (step.type === "joined") {
        listener.write(frameOf({ type: "joined", conversationId }));
      } else if (!readsItself) {
        this.#show(listener, step.entries);
      }
    }
  }

  #show(listener: Listener, entries: readonly WireEntry[]): void {
    const [first] = entries;
    if (!first) return;
    if (listener.paused) {
      this.enter(listener, first.seq - 1, first.seq);
      return;
    }
    for (const { frame } of entriesFrames(this.conversationId, entries)) listener.write(frame);
    this.#live.add(listener);
    listener.audiences.add(this);
  }

  #fallBehind(listener: Listener, cursor: number): void {
    this.#live.delete(listener);
    this.#behind.set(listener, { cursor, since: cursor });
    listener.behind.add(this);
  }

  #goLive(listener: Listener): void {
    this.#behind.delete(listener);
    listener.behind.delete(this);
    this.#live.add(listener);
  }

  /** The head has moved under one that waits for it. */
  #reached(listener: Listener): void {
    const cursor = this.#behind.get(listener)?.cursor ?? 0;
    if (cursor > this.#head) return;
    this.#early.delete(listener);
    if (cursor === this.#head) this.#goLive(listener);
    else listener.catchUp();
  }
}

import { setTimeout as pause } from "node:timers/promises";
import { WATCHES } from "../../../contract/limits.ts";
import type { Presence } from "../../../contract/presence.ts";
import { backoff } from "../../../mixins/backoff.ts";
import type { FanOut } from "../../../mixins/fan-out/fan-out.ts";
import { Watched, type Watcher } from "./watched.ts";

/** Milliseconds in which changes are gathered: whoever changes his mind meanwhile is told of once. */
const GATHER = 100;
/** Milliseconds between two looks whether a text has had its time. */
const LOOK = 1_000;

type Options = {
  fanOut: Pick<FanOut, "onPresence" | "subscribed">;
  /** Ids by address; unknown ones are left out. */
  resolve(addresses: string[]): Promise<string[]>;
  /** What others see of him now. Many at once are asked for in few calls. */
  state(principalId: string): Promise<Presence | null>;
  failed(error: unknown): void;
};

/**
 * Who is watched by sessions here: heard of by his fan-out subject, for all of them once; told in the session's frames,
 * encoded once. What was lost shows when it is read again (`refresh`, every half minute).
 */
export class Watches {
  readonly #options: Options;
  readonly #watched = new Map<string, Watched>();
  readonly #changed = new Set<Watched>();
  readonly #ending = new Set<Watched>();
  #gathering: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #pairs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#looking = setInterval(() => this.#look(Date.now()), LOOK);
  }

  stop(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#gathering);
  }

  readonly principals = (): Iterable<string> => this.#watched.keys();

  /**
   * Watches these instead of those before, and tells their present state.
   * @returns false where there is no room for so many
   */
  async watch(watcher: Watcher, addresses: string[]): Promise<boolean> {
    const principalIds = await this.#options.resolve(addresses);
    if (watcher.closed) return true;
    if (this.#pairs - watcher.watching.size + principalIds.length > WATCHES) return false;
    const wanted = new Set(principalIds.map((principalId) => this.#watchedOf(principalId)));
    for (const one of wanted) one.watchers.add(watcher);
    const before = watcher.watching;
    watcher.watching = wanted;
    this.#pairs += wanted.size - before.size;
    for (const one of before) if (!wanted.has(one)) this.#leave(watcher, one);
    await this.#learn([...wanted].filter(({ isKnown }) => !isKnown));
    for (const one of wanted) if (one.watchers.has(watcher)) one.tell(watcher);
    return true;
  }

  /** The session has ended. */
  forget(watcher: Watcher): void {
    for (const one of watcher.watching) this.#leave(watcher, one);
    this.#pairs -= watcher.watching.size;
    watcher.watching = new Set();
  }

  /** It takes frames again: it is told what it has missed, as it is now. */
  drained(watcher: Watcher): void {
    for (const one of watcher.missed) {
      if (watcher.paused) return;
      watcher.missed.delete(one);
      one.tell(watcher);
    }
  }

  /** Reads the state of these anew, lest an announcement was lost. */
  async refresh(principalIds: string[]): Promise<void> {
    const found = principalIds.flatMap((principalId) => this.#watched.get(principalId) ?? []);
    await Promise.all(found.map((one) => this.#read(one)));
  }

  #watchedOf(principalId: string): Watched {
    const found = this.#watched.get(principalId);
    if (found) return found;
    const made = new Watched(principalId);
    this.#watched.set(principalId, made);
    made.unsubscribe = this.#options.fanOut.onPresence(principalId, (presence) => {
      made.heard++;
      this.#take(made, presence);
    });
    return made;
  }

  #leave(watcher: Watcher, one: Watched): void {
    one.watchers.delete(watcher);
    watcher.missed.delete(one);
    if (one.watchers.size > 0 || this.#watched.get(one.principalId) !== one) return;
    one.unsubscribe();
    this.#watched.delete(one.principalId);
    this.#changed.delete(one);
    this.#ending.delete(one);
  }

  /** Asks for those of whom nothing is known, until it is. */
  async #learn(unknown: Watched[]): Promise<void> {
    if (unknown.length === 0) return;
    for (let failures = 0; ; ) {
      try {
        // What was announced before it is heard is found in what is read.
        await this.#options.fanOut.subscribed();
        await Promise.all(unknown.map((one) => this.#read(one)));
        return;
      } catch (error) {
        this.#options.failed(error);
        await pause(backoff(failures++), undefined, { ref: false });
        if (unknown.every(({ watchers }) => watchers.size === 0)) return;
      }
    }
  }

  /** What was heard since it was asked is newer. */
  async #read(one: Watched): Promise<void> {
    const { heard } = one;
    const presence = await this.#options.state(one.principalId);
    if (presence && one.heard === heard) this.#take(one, presence);
  }

  #take(one: Watched, presence: Presence): void {
    // Nobody watches him any more since it was asked.
    if (this.#watched.get(one.principalId) !== one) return;
    const { isKnown } = one;
    if (!one.take(presence)) return;
    if (one.end === undefined) this.#ending.delete(one);
    else this.#ending.add(one);
    // Who watches him since nothing was known is about to be told.
    if (isKnown) this.#change(one);
  }

  #change(one: Watched): void {
    this.#changed.add(one);
    this.#gathering ??= setTimeout(() => this.#flush(), GATHER);
  }

  #flush(): void {
    this.#gathering = undefined;
    for (const one of this.#changed) for (const watcher of one.watchers) one.tell(watcher);
    this.#changed.clear();
  }

  /** A text has its end with it: nobody needs to be told of that by anybody else. */
  #look(now: number): void {
    for (const one of this.#ending) {
      if (one.end === undefined || one.end > now) continue;
      this.#ending.delete(one);
      one.endText();
      this.#change(one);
    }
  }
}

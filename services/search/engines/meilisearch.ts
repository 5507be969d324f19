import { CannotStart, refuse } from "../../../contract/errors.ts";
import type { Engine, Hit, Lookup, Rebuild } from "./engine.ts";
import { ask } from "./meilisearch/ask.ts";
import { find } from "./meilisearch/find.ts";
import { type Events, RemoteIndex } from "./meilisearch/remote-index.ts";
import { type Address, isForbidden, Server } from "./meilisearch/server.ts";
import { done } from "./meilisearch/tasks.ts";

type Lost = (reason: string) => void;

/** Lookups that may wait; past it they are refused (G8). */
const WAITING = 64;
/** Milliseconds that a lookup may take. */
const PATIENCE = 3_000;
/** Milliseconds after which an index that is built by nobody any more may be removed. */
const LEFT = 60_000;

/**
 * An index in Meilisearch, which several processes may fill and ask: each follows the logs by itself, and all write the same.
 * Its cursors are documents of it, so that they are there, gone, swapped and restored with what they stand for.
 */
export class MeilisearchEngine implements Engine {
  /** Time, seq and place that it goes on below · the time of the first page, the place it began below; rank and place that it goes on behind. */
  readonly positions = { newest: 3, relevance: 8 };
  readonly #uid: string;
  readonly #server: Server;
  readonly #events: Events;
  readonly #lost = new Set<Lost>();
  readonly #url: string;
  #current: RemoteIndex;
  #next: RemoteIndex | undefined;
  #finding = 0;

  /** @param uid of the index; beside it there may be one of this name and `-next` */
  constructor(address: Address, events: Omit<Events, "lost">, uid = "wirehouse") {
    this.#uid = uid;
    this.#url = address.url;
    this.#server = new Server(address);
    this.#events = { ...events, lost: (index, reason) => this.#lose(index, reason) };
    this.#current = this.#at(uid);
  }

  /** A server that does not answer is waited for, as the log waits for nobody; one that refuses the key is not. */
  async open(): Promise<void> {
    try {
      await this.#removeLeft();
    } catch (error) {
      if (isForbidden(error))
        throw new CannotStart(
          `Meilisearch at ${this.#url} does not take MEILI_KEY: it must be allowed to write indexes`,
        );
    }
  }

  get index(): RemoteIndex {
    return this.#current;
  }

  async find(lookup: Lookup): Promise<Hit[]> {
    if (lookup.conversationIds.length === 0) return [];
    if (this.#finding >= WAITING) throw refuse("unavailable", "Too many searches are waiting; try again");
    this.#finding += 1;
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      const index = this.#current;
      const known = await inTime(index.ready(), signal);
      return await find(lookup, (...asked) => this.#newest(index, known, signal, ...asked), Date.now());
    } finally {
      this.#finding -= 1;
    }
  }

  async #newest(
    index: RemoteIndex,
    known: string,
    signal: AbortSignal,
    lookup: Lookup,
    under: Hit["position"] | undefined,
    most: number,
  ) {
    const { rows, generation } = await ask(this.#server, this.#uid, { lookup, under, most }, signal);
    // Another index is as good as ours to answer from, but not ours to go on writing.
    if (generation !== known && !this.#next) index.lose("it was removed or replaced");
    if (generation === undefined) throw refuse("unavailable", "The index is being replaced; try again");
    return rows;
  }

  onLost(listener: Lost): void {
    this.#lost.add(listener);
  }

  async rebuild(): Promise<Rebuild> {
    if (this.#next) throw refuse("conflict", "The index is being rebuilt already");
    const next = this.#at(`${this.#uid}-next`);
    this.#next = next;
    const abandon = async () => {
      this.#next = undefined;
      next.close();
      await this.#remove(next.uid);
    };
    try {
      if (!(await this.#removeLeft())) throw refuse("conflict", "The index is being rebuilt by another process");
      await next.ready();
    } catch (error) {
      this.#next = undefined;
      next.close();
      throw error;
    }
    return {
      cursors: () => next.cursors(),
      apply: (changes) => next.apply(changes),
      adopt: async () => {
        const { admin } = this.#server;
        const swap = admin.swapIndexes([{ indexes: [this.#uid, next.uid], rename: false }]);
        await done(admin, swap, new AbortController().signal);
        this.#current.close();
        this.#current = this.#at(this.#uid);
        await abandon();
      },
      abandon,
    };
  }

  async close(): Promise<void> {
    this.#current.close();
    this.#next?.close();
  }

  #at(uid: string): RemoteIndex {
    return new RemoteIndex(uid, this.#server, this.#events);
  }

  /** Removes what was being built when a process ended. @returns false where it is being built now */
  async #removeLeft(): Promise<boolean> {
    const { results } = await this.#server.admin.getRawIndexes({ limit: 1000 });
    const left = results.find(({ uid }) => uid === `${this.#uid}-next`);
    if (left && Date.now() - Date.parse(left.updatedAt) < LEFT) return false;
    if (left) await this.#remove(left.uid);
    return true;
  }

  async #remove(uid: string): Promise<void> {
    const { admin } = this.#server;
    await done(admin, admin.deleteIndex(uid), new AbortController().signal);
  }

  #lose(index: RemoteIndex, reason: string): void {
    if (index !== this.#current) return;
    this.#current = this.#at(this.#uid);
    for (const listener of this.#lost) listener(reason);
  }
}

async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const refused = () => reject(refuse("unavailable", "Searching takes too long at the moment"));
  signal.addEventListener("abort", refused);
  return Promise.race([work, late]).finally(() => signal.removeEventListener("abort", refused));
}

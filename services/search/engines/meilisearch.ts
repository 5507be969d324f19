import { CannotStart, refuse } from "../../../contract/errors.ts";
import type { Engine, Hit, Lookup, Rebuild } from "./engine.ts";
import { type Asked, ask } from "./meilisearch/ask.ts";
import type { Row } from "./meilisearch/documents.ts";
import { find } from "./meilisearch/find.ts";
import { Gate, inTime } from "./meilisearch/gate.ts";
import type { Search } from "./meilisearch/newest.ts";
import { type Events, RemoteIndex } from "./meilisearch/remote-index.ts";
import { type Address, answered, isForbidden, Server } from "./meilisearch/server.ts";
import { asRefusal, done } from "./meilisearch/tasks.ts";

type Lost = (reason: string) => void;

/** Lookups that are asked at once, for each may bring some MB, and that may wait; past it they are refused (G8). */
const ASKED = 8;
const WAITING = 64;
/** Milliseconds that a lookup may take, waiting included. */
const PATIENCE = 3_000;
/** Milliseconds after which an index that is built by nobody any more may be removed. */
const LEFT = 60_000;
/** Indexes of a server, ours among them. */
const INDEXES = 1000;

/**
 * An index in Meilisearch, which several processes may fill and ask: each follows the logs by itself, and all write the same.
 * Its cursors are documents of it, so that they are there, gone, swapped and restored with what they stand for.
 */
export class MeilisearchEngine implements Engine {
  /**
   * The place (time, seq, conversation) that it goes on below · when the list began and below which place, and rank and
   * place that it goes on behind.
   */
  readonly positions = { newest: 3, relevance: 8 };
  readonly #uid: string;
  readonly #server: Server;
  readonly #events: Events;
  readonly #lost = new Set<Lost>();
  readonly #url: string;
  #current: RemoteIndex;
  #next: RemoteIndex | undefined;
  readonly #gate = new Gate(ASKED, WAITING);

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
      const left = await this.#left();
      // Nobody waits for it: Meilisearch may have much to do.
      if (left === "over") await this.#server.admin.deleteIndex(this.#nextUid);
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
    const signal = AbortSignal.timeout(PATIENCE);
    return this.#gate.pass(signal, async () => {
      const index = this.#current;
      const known = await inTime(index.ready(), signal);
      const askFor = (one: Lookup, withTerms: boolean) => (searches: readonly Search[], most: number) =>
        this.#ask(index, known, { lookup: one, searches, most, withTerms }, signal);
      return find(lookup, askFor, Date.now());
    });
  }

  async #ask(index: RemoteIndex, known: string, asked: Asked, signal: AbortSignal): Promise<Row[][]> {
    const { generation, found } = await ask(this.#server, this.#uid, asked, signal);
    // Another index is as good as ours to answer from, but not ours to go on writing.
    if (generation !== known && !this.#next) index.lose("it was removed or replaced");
    if (generation === undefined) throw refuse("unavailable", "The index is being replaced; try again");
    return found;
  }

  onLost(listener: Lost): void {
    this.#lost.add(listener);
  }

  async rebuild(): Promise<Rebuild> {
    if (this.#next) throw refuse("conflict", "The index is being rebuilt already");
    let lost: string | undefined;
    const isLost = (_index: RemoteIndex, reason: string) => {
      lost = reason;
    };
    const next = new RemoteIndex(this.#nextUid, this.#server, { ...this.#events, lost: isLost });
    this.#next = next;
    const abandon = async () => {
      this.#next = undefined;
      next.close();
      // What is in its place is somebody else's.
      if (lost === undefined) await this.#remove(next.uid);
    };
    try {
      const left = await answered(this.#left());
      if (left === "under way") throw refuse("conflict", "The index is being rebuilt by another process");
      if (left === "over") await this.#remove(next.uid);
      await next.ready();
    } catch (error) {
      this.#next = undefined;
      next.close();
      throw error;
    }
    return {
      get lost() {
        return lost;
      },
      cursors: () => next.cursors(),
      apply: (changes) => next.apply(changes),
      adopt: async () => {
        const { admin } = this.#server;
        const swap = admin.swapIndexes([{ indexes: [this.#uid, next.uid], rename: false }]);
        await asRefusal(done(admin, swap, new AbortController().signal));
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

  get #nextUid(): string {
    return `${this.#uid}-next`;
  }

  /** Whether an index is being built, or was when a process ended. @throws an error of Meilisearch */
  async #left(): Promise<"nothing" | "under way" | "over"> {
    const { results } = await this.#server.admin.getRawIndexes({ limit: INDEXES });
    const left = results.find(({ uid }) => uid === this.#nextUid);
    if (!left) return "nothing";
    return Date.now() - Date.parse(left.updatedAt) < LEFT ? "under way" : "over";
  }

  async #remove(uid: string): Promise<void> {
    const { admin } = this.#server;
    await asRefusal(done(admin, admin.deleteIndex(uid), new AbortController().signal));
  }

  #lose(index: RemoteIndex, reason: string): void {
    if (index !== this.#current) return;
    this.#current = this.#at(this.#uid);
    for (const listener of this.#lost) listener(reason);
  }
}

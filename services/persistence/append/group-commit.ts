import { refuse, typeOf } from "../../../contract/errors.ts";

/** What group commit knows of the items it commits. */
export type Grouping<Item> = {
  /** What an item may conflict over: two that share one are never in one commit. */
  contended(item: Item): readonly string[];
  bytes(item: Item): number;
  /** Bounds of one commit; an item that is larger goes alone. */
  maxItems: number;
  maxBytes: number;
  /** Bytes that may wait; past it an item is refused with `unavailable`. */
  maxWaitingBytes: number;
};

type Waiting<Item, Outcome> = {
  item: Item;
  contended: readonly string[];
  bytes: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
};

/**
 * Who waits together is committed together. While one commit runs the next one fills: no timer, so an idle log adds no
 * wait and a busy one shares its sync among all who wait.
 */
export class GroupCommit<Item, Outcome> {
  readonly #commit: (batch: Item[]) => Promise<Outcome[]>;
  readonly #grouping: Grouping<Item>;
  #waiting: Waiting<Item, Outcome>[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;

  /** `commit` rejects with `unavailable` when the outcome is unknown, with anything else when it wrote nothing. */
  constructor(commit: (batch: Item[]) => Promise<Outcome[]>, grouping: Grouping<Item>) {
    this.#commit = commit;
    this.#grouping = grouping;
  }

  get waiting(): { appends: number; bytes: number } {
    return { appends: this.#waiting.length, bytes: this.#waitingBytes };
  }

  add(item: Item): Promise<Outcome> {
    const bytes = this.#grouping.bytes(item);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#grouping.maxWaitingBytes) {
      return Promise.reject(refuse("unavailable", "Too much waits for the database; try again"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.#waiting.push({ item, contended: this.#grouping.contended(item), bytes, resolve, reject });
    this.#waitingBytes += bytes;
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing waits and no commit runs. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // What is added in the same tick belongs to the first commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#settle(this.#take());
    this.#running = undefined;
  }

  /** The first of those that contend goes, the others wait for the next commit in their order. */
  #take(): Waiting<Item, Outcome>[] {
    const taken: Waiting<Item, Outcome>[] = [];
    const left: Waiting<Item, Outcome>[] = [];
    const held = new Set<string>();
    let bytes = 0;
    for (const waiting of this.#waiting) {
      const fits = taken.length < this.#grouping.maxItems && bytes + waiting.bytes <= this.#grouping.maxBytes;
      const free = !waiting.contended.some((name) => held.has(name));
      for (const name of waiting.contended) held.add(name);
      if (free && (fits || taken.length === 0)) {
        taken.push(waiting);
        bytes += waiting.bytes;
      } else {
        left.push(waiting);
      }
    }
    this.#waiting = left;
    this.#waitingBytes -= bytes;
    return taken;
  }

  async #settle(batch: Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#commit(batch.map(({ item }) => item));
      batch.forEach((waiting, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) waiting.reject(new Error("A commit gave fewer outcomes than it had items"));
        else waiting.resolve(outcome);
      });
    } catch (error) {
      // Nothing was written, so one bad item need not take its neighbours along.
      if (batch.length > 1 && typeOf(error) !== "unavailable") {
        for (const alone of batch) await this.#settle([alone]);
      } else {
        for (const waiting of batch) waiting.reject(error);
      }
    }
  }
}

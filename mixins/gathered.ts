/** Calls under way at once: enough that one that hangs does not hold up the others. */
const CALLS = 4;

type Waiting<V> = PromiseWithResolvers<V | null>;

/**
 * Questions by key, gathered: what is asked in one turn of the event loop, or while enough calls are under way, goes in
 * one call. A question joins no call that began before it.
 */
export class Gathered<V> {
  readonly #ask: (keys: string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #most: number;
  readonly #waiting = new Map<string, Waiting<V>>();
  #calls = 0;
  #gathering = false;

  /**
   * @param most keys of one call
   * @param ask is given each key once
   */
  constructor(most: number, ask: (keys: string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#most = most;
    this.#ask = ask;
  }

  /**
   * @returns null where the call gives nothing of the key
   * @throws what the call does that should have given it
   */
  find(key: string): Promise<V | null> {
    const waiting = this.#waiting.get(key) ?? Promise.withResolvers<V | null>();
    this.#waiting.set(key, waiting);
    this.#gather();
    return waiting.promise;
  }

  #gather(): void {
    if (this.#gathering || this.#calls === CALLS) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      void this.#call();
    });
  }

  async #call(): Promise<void> {
    this.#calls++;
    while (this.#waiting.size > 0) {
      const taken = [...this.#waiting.entries().take(this.#most)];
      for (const [key] of taken) this.#waiting.delete(key);
      if (this.#waiting.size > 0) this.#gather();
      await this.#answer(taken);
    }
    this.#calls--;
  }

  async #answer(taken: [string, Waiting<V>][]): Promise<void> {
    try {
      const values = await this.#ask(taken.map(([key]) => key));
      for (const [key, waiting] of taken) waiting.resolve(values.get(key) ?? null);
    } catch (error) {
      for (const [, waiting] of taken) waiting.reject(error);
    }
  }
}

import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import { Held } from "./held.ts";

/** Calls under way at once: enough that one that hangs does not hold up the others. */
const CALLS = 4;

/** What there is of the keys that were asked for, at least as new as the revision. */
export type Found<V> = { revision: number; values: ReadonlyMap<string, V> };

type Waiting<V> = PromiseWithResolvers<V | null>;

/**
 * Look-ups by key: answered from what is held, else gathered. What is asked for in one turn of the event loop, or while
 * enough calls are under way, goes in one call; so neither a thousand sessions at once nor a text of a thousand names
 * costs a thousand calls. A look-up joins no call that began before it: what that one saw may be void by now.
 */
export class LookUps<V extends object> {
  readonly #ask: (keys: string[]) => Promise<Found<V>>;
  readonly #held = new Held<V>();
  readonly #waiting = new Map<string, Waiting<V>>();
  #calls = 0;
  #gathering = false;

  /** @param ask is given at most `LOOKUP_ITEMS` keys, each once */
  constructor(ask: (keys: string[]) => Promise<Found<V>>) {
    this.#ask = ask;
  }

  /** @returns whether the revision has moved, so that what was held is void. */
  moved(revision: number): boolean {
    return this.#held.moved(revision);
  }

  /** @throws what the call does that should have found it */
  async find(key: string): Promise<V | null> {
    const held = this.#held.peek(key);
    if (held) return held.value;
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
      const taken = [...this.#waiting.entries().take(LOOKUP_ITEMS)];
      for (const [key] of taken) this.#waiting.delete(key);
      if (this.#waiting.size > 0) this.#gather();
      await this.#answer(taken);
    }
    this.#calls--;
  }

  async #answer(taken: [string, Waiting<V>][]): Promise<void> {
    const keep = this.#held.begin();
    try {
      const { revision, values } = await this.#ask(taken.map(([key]) => key));
      for (const [key, waiting] of taken) {
        const value = values.get(key) ?? null;
        keep(key, { revision, value });
        waiting.resolve(value);
      }
    } catch (error) {
      for (const [, waiting] of taken) waiting.reject(error);
    }
  }
}

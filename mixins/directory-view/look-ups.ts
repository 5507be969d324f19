import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import { Gathered } from "../gathered.ts";
import { Held } from "./held.ts";

/** What there is of the keys that were asked for, at least as new as the revision. */
export type Found<V> = { revision: number; values: ReadonlyMap<string, V> };

/**
 * Look-ups by key: answered from what is held, else gathered; so neither a thousand sessions at once nor a text of a
 * thousand names costs a thousand calls. A look-up joins no call that began before it: what that one saw may be void by
 * now.
 */
export class LookUps<V extends object> {
  readonly #held = new Held<V>();
  readonly #gathered: Gathered<V>;

  /** @param ask is given at most `LOOKUP_ITEMS` keys, each once */
  constructor(ask: (keys: string[]) => Promise<Found<V>>) {
    this.#gathered = new Gathered(LOOKUP_ITEMS, async (keys) => {
      const keep = this.#held.begin();
      const { revision, values } = await ask(keys);
      for (const key of keys) keep(key, { revision, value: values.get(key) ?? null });
      return values;
    });
  }

  /** @returns whether the revision has moved, so that what was held is void. */
  moved(revision: number): boolean {
    return this.#held.moved(revision);
  }

  /** @throws what the call does that should have found it */
  async find(key: string): Promise<V | null> {
    const held = this.#held.peek(key);
    return held ? held.value : this.#gathered.find(key);
  }
}

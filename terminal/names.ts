import type { Rest } from "../client/wirehouse.ts";
import { LOOKUP_ITEMS } from "../contract/limits.ts";

export type Named = { id: string; handle: string; name: string };

/** What principals are called, as far as they were asked for. */
export class Names {
  readonly #rest: Pick<Rest, "ask">;
  readonly #known = new Map<string, Named>();

  constructor(rest: Pick<Rest, "ask">) {
    this.#rest = rest;
  }

  /** Somebody who is not known is called by his id. */
  of(id: string): Named {
    return this.#known.get(id) ?? { id, handle: id, name: id };
  }

  async learn(given: readonly string[]): Promise<void> {
    const ids = [...new Set(given)].filter((id) => !this.#known.has(id));
    for (let from = 0; from < ids.length; from += LOOKUP_ITEMS) {
      const some = ids.slice(from, from + LOOKUP_ITEMS);
      const path = `/principals?limit=${LOOKUP_ITEMS}&ids=${some.join(",")}`;
      const { items } = await this.#rest.ask<{ items: Named[] }>("GET", path);
      for (const named of items) this.#known.set(named.id, named);
    }
  }
}

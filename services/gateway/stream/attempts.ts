import { type Outcome, refusalOf, refusals } from "../../../contract/errors.ts";

/** Tries of one send, and milliseconds after which none begins: then the client is told to try itself. */
const TRIES = 6;
const PATIENCE = 10_000;

export type Trying = {
  /** What no client caused. */
  failed(error: unknown): void;
  /** Waits before another try, counted from 0. */
  wait(attempt: number): Promise<void>;
};

/** Tries what a session asks for, until each item has an outcome that another try would not change, or patience ends. */
export class Attempts {
  readonly #trying: Trying;
  #abandoned = false;

  constructor(trying: Trying) {
    this.#trying = trying;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Nothing is tried again: items whose turn to be tried comes are dropped. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** Does not throw: what `ask` throws is the outcome of all that it was asked. */
  async make<Item extends { drop(): void }, T>(
    items: Item[],
    ask: (items: Item[]) => Promise<Outcome<T>[]>,
    settle: (item: Item, outcome: Outcome<T>) => void,
  ): Promise<void> {
    const end = Date.now() + PATIENCE;
    let rest = items;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await this.#trying.wait(attempt - 1);
      if (this.#abandoned) {
        for (const item of rest) item.drop();
        return;
      }
      const outcomes = await this.#outcomes(rest, ask);
      const isLast = this.#abandoned || attempt === TRIES - 1 || Date.now() > end;
      const again: Item[] = [];
      for (const [index, item] of rest.entries()) {
        const outcome = outcomes[index] ?? { refused: refusalOf(undefined) };
        if (!isLast && "refused" in outcome && refusals[outcome.refused.type].retryable) again.push(item);
        else settle(item, outcome);
      }
      rest = again;
    }
  }

  async #outcomes<Item, T>(items: Item[], ask: (items: Item[]) => Promise<Outcome<T>[]>): Promise<Outcome<T>[]> {
    try {
      return await ask(items);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.type === "internal") this.#trying.failed(error);
      return items.map(() => ({ refused: refusal }));
    }
  }
}

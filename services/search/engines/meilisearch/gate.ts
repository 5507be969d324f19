import { refuse } from "../../../../contract/errors.ts";

export const tooLong = () => refuse("unavailable", "Searching takes too long at the moment");

/** Lets some through at once; of the others some wait, in their order, and the rest are refused. */
export class Gate {
  readonly #inside: number;
  readonly #waiting: number;
  #running = 0;
  #queue: (() => void)[] = [];

  constructor(inside: number, waiting: number) {
    this.#inside = inside;
    this.#waiting = waiting;
  }

  /** @throws unavailable where too many wait, or the signal comes before its turn */
  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#inside) await this.#turn(signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // Whose turn it is takes over the place.
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (this.#queue.length >= this.#waiting) throw refuse("unavailable", "Too many searches are waiting; try again");
    return new Promise((come, leave) => {
      const give = () => {
        this.#queue = this.#queue.filter((other) => other !== come);
        leave(tooLong());
      };
      this.#queue.push(come);
      signal.addEventListener("abort", give, { once: true });
    });
  }
}

/** @throws unavailable where the signal comes before what is waited for */
export function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const refused = () => reject(tooLong());
  signal.addEventListener("abort", refused);
  return Promise.race([work, late]).finally(() => signal.removeEventListener("abort", refused));
}

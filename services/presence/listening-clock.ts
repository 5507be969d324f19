/**
 * Time in which one could have heard something. A lease that was not renewed says nothing where nobody listened: while the
 * process was paused, or cut off. So leases run by this clock.
 */
export class ListeningClock {
  readonly #longest: number;
  #last: number | undefined;
  #now = 0;

  /** @param longest milliseconds from one look to the next: what is more, the process slept */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Milliseconds since the beginning, of listening. */
  get now(): number {
    return this.#now;
  }

  /**
   * @param time milliseconds, monotonic
   * @param listening whether anybody could be heard
   */
  advance(time: number, listening: boolean): void {
    const passed = time - (this.#last ?? time);
    this.#last = time;
    if (listening) this.#now += Math.min(passed, this.#longest);
  }
}

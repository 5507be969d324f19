/**
 * Seconds of nothing but "not available" after which another gateway is tried, at first and at most: this one may be cut
 * off from the others.
 */
const BEARABLE = 3;
const BEARABLE_LONGEST = 60;

/** Whether a gateway does nothing but refuse: twice as long is borne each time, for it may be so everywhere. */
export class Refusals {
  #seconds: number | undefined;
  #bearable = BEARABLE;

  refused(): void {
    this.#seconds ??= 0;
  }

  acknowledged(): void {
    this.#bearable = BEARABLE;
    this.#seconds = undefined;
  }

  /** Another gateway begins with a clean slate. */
  forget(): void {
    this.#seconds = undefined;
  }

  /** To be asked once a second. */
  areUnbearable(): boolean {
    if (this.#seconds === undefined || ++this.#seconds <= this.#bearable) return false;
    this.#bearable = Math.min(BEARABLE_LONGEST, this.#bearable * 2);
    return true;
  }
}

import { backoff } from "./backoff.ts";
import type { Published, Receipt } from "./words.ts";

/** Milliseconds before another try of what was refused for the moment: at first, and at most. */
const AGAIN = 200;
const LONGEST = 10_000;

/** A send that is not answered yet. */
export type Letter = {
  readonly ref: number;
  readonly to: string;
  /** The frame, and its bytes in UTF-8. */
  readonly text: string;
  readonly bytes: number;
  readonly clientMessageId: string;
  /** Milliseconds of the outbox's clock. */
  readonly expires: number;
  resolve(answer: Receipt | Published): void;
  reject(error: Error): void;
  /** `settled`: nobody waits for its answer any more, which may still come. */
  state: "waiting" | "under way" | "refused" | "settled";
};

/** What goes to one address, in order: one batch under way, the rest waits until all of it is answered. */
export class Lane {
  readonly #random: () => number;
  #waiting: Letter[] = [];
  #batch: Letter[] = [];
  #unanswered = 0;
  #failures = 0;
  /** Until when it is held up: by what the server said, and by the growing pause of its own. */
  #notBefore = 0;
  #heldUntil = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#batch.length === 0 && this.#waiting.length === 0;
  }

  get letters(): Letter[] {
    return [...this.#batch, ...this.#waiting];
  }

  /** Until when it may not be tried again, if it is held up. */
  get heldUntil(): number | undefined {
    return this.#batch.length === 0 ? Math.max(this.#notBefore, this.#heldUntil) : undefined;
  }

  /** Whether a batch may begin. */
  isFree(now: number): boolean {
    return this.heldUntil !== undefined && this.heldUntil <= now;
  }

  push(letter: Letter): void {
    this.#waiting.push(letter);
  }

  peek(): Letter | undefined {
    return this.#waiting[0];
  }

  /** Moves the first that waits into the batch. */
  go(): void {
    const letter = this.#waiting.shift();
    if (!letter) return;
    letter.state = "under way";
    this.#batch.push(letter);
    this.#unanswered++;
  }

  /**
   * One of the batch is answered. When all are, what was refused for the moment is the first to wait again.
   * @param until when it may be tried again at the earliest
   */
  answered(now: number, until: number): void {
    this.#notBefore = Math.max(this.#notBefore, until);
    if (--this.#unanswered > 0) return;
    if (this.#batch.some(({ state }) => state === "refused")) {
      const pause = backoff(this.#failures++, AGAIN, LONGEST, this.#random);
      this.#heldUntil = now + pause;
    } else {
      this.#failures = 0;
      this.#notBefore = 0;
      this.#heldUntil = 0;
    }
    this.#again();
  }

  /** Nothing is under way any more. Another gateway, to which it goes now, may take what this one would not. */
  interrupted(): void {
    this.#heldUntil = 0;
    this.#again();
  }

  /** What isn't settled goes again, first. */
  #again(): void {
    const left = this.#batch.filter(({ state }) => state !== "settled");
    for (const letter of left) letter.state = "waiting";
    this.#waiting = [...left, ...this.#waiting];
    this.#batch = [];
    this.#unanswered = 0;
  }

  /** Forgets what waits and is settled. */
  prune(): void {
    this.#waiting = this.#waiting.filter(({ state }) => state !== "settled");
  }
}

/** Milliseconds in which everybody's turn comes once. */
const PERIOD = 30_000;
/** Milliseconds of a round that was called for, since much may have been lost at once. */
const HASTE = 5_000;
/** Milliseconds between two steps of a round. */
const STEP = 1_000;

type Options = {
  /** Whose turn may come. */
  everybody(): Iterable<string>;
  /** Some of them. */
  visit(some: string[]): Promise<void>;
  failed(error: unknown): void;
};

/** Visits everybody once in 30 seconds, some each second, and none before those are done: a check must not become a load. */
export class Rounds {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #left: string[] = [];
  #share = 1;
  #stepping = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.step(), STEP);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Begins a new round, and makes it in five seconds. */
  hasten(): void {
    this.#begin(HASTE);
  }

  /** One step of a round; nothing while the one before is still under way. */
  async step(): Promise<void> {
    if (this.#stepping) return;
    this.#stepping = true;
    if (this.#left.length === 0) this.#begin(PERIOD);
    await this.#options.visit(this.#left.splice(0, this.#share)).catch(this.#options.failed);
    this.#stepping = false;
  }

  #begin(period: number): void {
    this.#left = [...this.#options.everybody()];
    this.#share = Math.ceil(this.#left.length / (period / STEP));
  }
}

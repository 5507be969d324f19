import { setTimeout as pause } from "node:timers/promises";

type Options<T> = {
  /** Milliseconds from the end of one to the next. */
  pause: number;
  work(value: T): Promise<void>;
  failed(error: unknown): void;
};

/** Does one after the other, and of what comes meanwhile the last alone: however much is said, little is done. */
export class Latest<T> {
  readonly #options: Options<T>;
  #waiting: { value: T } | undefined;
  #running = false;
  #closed = false;

  constructor(options: Options<T>) {
    this.#options = options;
  }

  push(value: T): void {
    this.#waiting = { value };
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting && !this.#closed) {
      const { value } = this.#waiting;
      this.#waiting = undefined;
      await this.#options.work(value).catch(this.#options.failed);
      await pause(this.#options.pause, undefined, { ref: false });
    }
    this.#running = false;
  }
}

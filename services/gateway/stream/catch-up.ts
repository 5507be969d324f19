import { setTimeout as pause } from "node:timers/promises";
import { refusalOf } from "../../../contract/errors.ts";
import { backoff } from "../../../mixins/backoff.ts";
import type { Audience, Listener, Place } from "./audience.ts";
import type { Log } from "./log.ts";

/** A refusal that says: not, or no longer, a member. */
export const isStranger = (error: unknown): boolean => {
  const { type } = refusalOf(error);
  return type === "not-a-member" || type === "not-found";
};

type Options = {
  read: Log["read"];
  /** What went wrong and is tried again. */
  failed(error: unknown): void;
};

/** Reads on for one session, a page at a time, wherever it is behind; stops while it is paused, for good when it is closed. */
export class CatchUp {
  readonly #listener: Listener;
  readonly #options: Options;
  #running = false;
  #closed = false;

  constructor(listener: Listener, options: Options) {
    this.#listener = listener;
    this.#options = options;
  }

  go(): void {
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let failures = 0; ; ) {
      const next = this.#next();
      if (!next) break;
      try {
        await this.#page(...next);
        failures = 0;
      } catch (error) {
        this.#options.failed(error);
        await pause(backoff(failures++), undefined, { ref: false });
      }
    }
    this.#running = false;
  }

  #next(): [Audience, Place] | undefined {
    if (this.#closed || this.#listener.paused) return undefined;
    for (const audience of this.#listener.behind) {
      const place = audience.placeOf(this.#listener);
      if (place) return [audience, place];
    }
    return undefined;
  }

  async #page(audience: Audience, place: Place): Promise<void> {
    const listener = this.#listener;
    const { conversationId } = audience;
    try {
      const entries = await this.#options.read(listener.principalId, conversationId, place.cursor);
      if (this.#closed) return;
      if (entries.length === 0) throw new Error(`The log of ${conversationId} ends before what was announced`);
      audience.caughtUp(listener, place, entries);
    } catch (error) {
      if (!isStranger(error)) throw error;
      if (!this.#closed && audience.placeOf(listener) === place) audience.dismiss(listener);
    }
  }
}

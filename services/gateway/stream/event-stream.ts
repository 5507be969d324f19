import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { WireEntry } from "../../../contract/entry.ts";
import { isStranger } from "./catch-up.ts";

/** Milliseconds until the log is asked again after it did not answer. */
const AGAIN = 1_000;

type Options = {
  response: ServerResponse;
  /** Seq up to which the client has everything. */
  cursor: number;
  /** Milliseconds without an entry after which the log is asked, and a comment says that the stream is alive. */
  alive: number;
  /**
   * Entries after a seq, ascending.
   * @throws not-found or not-a-member for who is none
   */
  read(after: number): Promise<WireEntry[]>;
  /** Calls back whenever the log may have grown. @returns how to stop that */
  subscribe(grown: () => void): () => void;
  failed(error: unknown): void;
};

/**
 * One conversation as server-sent events (HTML Living Standard, 9.2), at the pace of its reader: announcements only wake
 * it, each entry is read from the log, where the caller's membership is checked anew.
 */
export class EventStream {
  readonly #options: Options;
  #cursor: number;
  #wake: () => void = () => {};
  #grown = true;
  /** Nothing was heard for a while. */
  #quiet = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Resolves when the stream has ended: its client is gone, the caller is no member any more, or it was closed. */
  async run(headers: Record<string, string>): Promise<void> {
    const { response, subscribe } = this.#options;
    const unsubscribe = subscribe(() => this.#go(true));
    response.once("close", () => this.close());
    response.writeHead(200, {
      ...headers,
      "Content-Type": "text/event-stream; charset=utf-8",
      "X-Accel-Buffering": "no",
    });
    response.flushHeaders();
    try {
      while (!this.#closed) {
        if (this.#grown) await this.#follow();
        else await this.#rest();
      }
    } finally {
      unsubscribe();
      response.end();
    }
  }

  close(): void {
    this.#closed = true;
    this.#go(false);
    // Who doesn't read would keep it, and whoever waits for its end, for ever.
    if (this.#options.response.writableNeedDrain) this.#options.response.destroy();
  }

  async #follow(): Promise<void> {
    this.#grown = false;
    try {
      const entries = await this.#options.read(this.#cursor);
      for (const entry of entries) {
        if (this.#closed) return;
        await this.#write(`id: ${entry.seq}\nevent: entry\ndata: ${JSON.stringify(entry)}\n\n`);
        this.#cursor = entry.seq;
      }
      if (entries.length > 0) this.#grown = true;
      else if (this.#quiet) await this.#write(": alive\n\n");
    } catch (error) {
      if (isStranger(error)) return this.close();
      this.#options.failed(error);
      this.#grown = true;
      await this.#rest(AGAIN);
    }
  }

  /** Waits until there may be more, or it is time to look and to say that the stream is alive. */
  async #rest(time = this.#options.alive): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, time);
    await promise;
    clearTimeout(timer);
    // Time is up: the log is asked, for what was announced last may have been lost.
    this.#quiet = !this.#grown;
    this.#grown = true;
  }

  async #write(text: string): Promise<void> {
    const { response } = this.#options;
    if (response.write(text) || response.destroyed) return;
    const waiting = new AbortController();
    const { signal } = waiting;
    // What isn't waited for any more must not stay among the listeners.
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]).finally(() => {
      waiting.abort();
    });
  }

  #go(grown: boolean): void {
    this.#grown ||= grown;
    this.#wake();
  }
}

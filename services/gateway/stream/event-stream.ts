import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { WireEntry } from "../../../contract/entry.ts";
import { isStranger } from "./catch-up.ts";

/** Milliseconds without an entry after which a comment says that the stream is alive. */
const ALIVE = 20_000;
/** Milliseconds until the log is asked again after it did not answer. */
const AGAIN = 1_000;

type Options = {
  response: ServerResponse;
  /** Seq up to which the client has everything. */
  cursor: number;
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
    } catch (error) {
      if (isStranger(error)) return this.close();
      this.#options.failed(error);
      this.#grown = true;
      await this.#rest(AGAIN);
    }
  }

  /** Waits until there may be more, or it is time to say that the stream is alive. */
  async #rest(time = ALIVE): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, time);
    await promise;
    clearTimeout(timer);
    if (!this.#grown && !this.#closed) await this.#write(": alive\n\n");
  }

  async #write(text: string): Promise<void> {
    const { response } = this.#options;
    if (!response.write(text)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }

  #go(grown: boolean): void {
    this.#grown ||= grown;
    this.#wake();
  }
}

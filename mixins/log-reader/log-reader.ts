import { setTimeout as pause } from "node:timers/promises";
import type { LogCursor } from "../../contract/actions/readers.ts";
import type { WireEntry } from "../../contract/entry.ts";
import type { FanOut } from "../fan-out/fan-out.ts";
import { Positions } from "./positions.ts";

/** Milliseconds in which what comes is gathered to one batch: a batch costs more than its entries. */
const GATHER = 100;
/** Entries of a batch; a full one is followed by the next at once. */
const BATCH = 500;
/** Logs that are read in one call. */
const LOGS = 32;
/** Milliseconds between two pages of the comparison with all logs: a page is 2,000 of them. */
const STEP = 1000;
/** Milliseconds after a failure. */
const RETRY = 1000;

/** What takes the entries. */
export type Taker = {
  /** How far each log was taken; of one that isn't named, nothing. */
  cursors(): Promise<readonly LogCursor[]>;
  /**
   * Takes entries, of each log in order and without a gap that isn't the log's own, and keeps these cursors with them. What it
   * rejects comes again, and so does what it has not kept when it stops: each entry comes at least once.
   */
  take(entries: readonly WireEntry[], cursors: readonly LogCursor[]): Promise<void>;
};

type Options = {
  log: {
    logs(after: string | undefined): Promise<{ logs: LogCursor[]; next: string | null }>;
    follow(after: LogCursor[]): Promise<WireEntry[]>;
  };
  fanOut: Pick<FanOut, "onEveryAnnouncement" | "onReconnected" | "subscribed">;
  taker: Taker;
  /** Hears the first of each row of failures; it goes on by itself. */
  failed(error: unknown): void;
};

/**
 * Follows every log with a cursor. Announcements give it the entries while it keeps up; what it missed, were it stopped,
 * slow or not told, it finds by comparing its cursors with all logs, again and again, and reads.
 */
export class LogReader {
  readonly #options: Options;
  readonly #positions = new Positions();
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  /** Rounds of comparing that go without pauses: the first one, and after a loss of announcements. */
  #hasty = 1;
  #compared = false;
  #taken = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#follow();
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Whether it has compared itself with every log since it started, and lacks no more than comes in a moment. */
  get isCurrent(): boolean {
    return this.#compared && this.behind < BATCH;
  }

  /** Entries that were taken since it started. */
  get taken(): number {
    return this.#taken;
  }

  /** Entries that it lacks, as far as it knows. */
  get behind(): number {
    return this.#positions.behind;
  }

  cursorOf(conversationId: string): number {
    return this.#positions.cursorOf(conversationId);
  }

  /** Whether it has compared itself with every log, and has taken all that another has and that is still there. */
  covers(other: LogReader): boolean {
    return this.#compared && this.#positions.covers(other.#positions);
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #follow(): Promise<void> {
    const { taker, fanOut } = this.#options;
    await this.#persist(async () => this.#positions.begin(await taker.cursors()));
    const unsubscribe = fanOut.onEveryAnnouncement(({ conversationId, head, entries }) =>
      this.#positions.announced(conversationId, head.seq, entries),
    );
    // What is left of the round under way, and a whole one.
    const forget = fanOut.onReconnected(() => {
      this.#hasty = 2;
    });
    await this.#persist(() => fanOut.subscribed());
    await Promise.all([this.#compareAll(), this.#takeAll()]);
    unsubscribe();
    forget();
  }

  async #takeAll(): Promise<void> {
    while (!this.#stopped) {
      let taken = 0;
      await this.#persist(async () => {
        const unread = this.#positions.unread(LOGS);
        if (unread.length > 0) this.#positions.read(unread, await this.#options.log.follow(unread));
        const { entries, cursors } = this.#positions.next(BATCH);
        if (entries.length > 0) await this.#options.taker.take(entries, cursors);
        this.#positions.taken(cursors);
        taken = entries.length;
        this.#taken += taken;
      });
      if (taken < BATCH) await this.#pause(GATHER);
    }
  }

  async #compareAll(): Promise<void> {
    let after: string | undefined;
    while (!this.#stopped) {
      await this.#persist(async () => {
        const { logs, next } = await this.#options.log.logs(after);
        for (const log of logs) this.#positions.compare(log);
        after = next ?? undefined;
        if (next !== null) return;
        this.#compared = true;
        this.#hasty = Math.max(0, this.#hasty - 1);
      });
      await this.#pause(this.#hasty > 0 ? 0 : STEP);
    }
  }

  /** Until it succeeds or the reader stops. */
  async #persist(work: () => Promise<void>): Promise<void> {
    for (let failures = 0; !this.#stopped; failures++) {
      try {
        return await work();
      } catch (error) {
        if (failures === 0) this.#options.failed(error);
        await this.#pause(RETRY);
      }
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

import { setTimeout as pause } from "node:timers/promises";
import { refuse } from "../../contract/errors.ts";
import type { LogReader, Taker } from "../../mixins/log-reader/log-reader.ts";
import type { Engine, Index, Rebuild } from "./engines/engine.ts";

/** Milliseconds between two looks whether a rebuild has caught up. */
const LOOK = 50;

type Options = {
  engine: Pick<Engine, "index" | "onLost" | "rebuild">;
  /** What fills an index. */
  taker(index: Index): Taker;
  /** A reader of all logs that is not started. */
  follow(taker: Taker): LogReader;
  warn(sentence: string): void;
};

/** Keeps the index up with the logs: one reader fills it, and a second one while it is built anew. */
export class Indexing {
  readonly #options: Options;
  #reader: LogReader;
  #rebuilding: LogReader | undefined;
  #stopped = false;
  /** What is under way of its own accord. */
  #restarting: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#reader = this.#readerOf(options.engine.index);
    options.engine.onLost((reason) => {
      options.warn(`The index was lost (${reason}); what is in its place is filled from the log`);
      this.#restarting = this.#restart();
    });
  }

  start(): void {
    this.#reader.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#reader.stop(), this.#rebuilding?.stop()]);
    await this.#restarting;
  }

  /** How far a conversation is indexed. */
  cursorOf(conversationId: string): number {
    return this.#reader.cursorOf(conversationId);
  }

  /** Entries that are not indexed yet, as far as is known. */
  get behind(): number {
    return this.#reader.behind;
  }

  /**
   * Builds the index anew beside the old one, which answers meanwhile and is kept up, and puts it in its place once it
   * lacks nothing that the old one has.
   * @returns entries that were read
   * @throws conflict where that is under way, unavailable when the service stops or what is built is lost
   */
  async reindex(): Promise<number> {
    const rebuild = await this.#options.engine.rebuild();
    const next = this.#readerOf(rebuild);
    this.#rebuilding = next;
    const old = this.#reader;
    try {
      next.start();
      await this.#until(rebuild, () => next.isCurrent);
      // It answers on, and grows no more: what it has the other will have in a moment.
      await old.stop();
      await this.#until(rebuild, () => next.covers(old));
      await next.stop();
      await rebuild.adopt();
      return next.taken;
    } catch (error) {
      await next.stop();
      await rebuild.abandon();
      throw error;
    } finally {
      this.#rebuilding = undefined;
      // Whichever reader there is: it may be one that began meanwhile, the old index having been lost.
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    const old = this.#reader;
    const next = this.#readerOf(this.#options.engine.index);
    this.#reader = next;
    await old.stop();
    if (!this.#stopped && this.#reader === next) next.start();
  }

  #readerOf(index: Index): LogReader {
    return this.#options.follow(this.#options.taker(index));
  }

  async #until(rebuild: Rebuild, condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#stopped) throw refuse("unavailable", "The service stops");
      if (rebuild.lost !== undefined) throw refuse("unavailable", `What was built is lost: ${rebuild.lost}`);
      await pause(LOOK);
    }
  }
}

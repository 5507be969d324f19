import { refusalOf } from "../../contract/errors.ts";
import type { Dialect, Move } from "./dialects/dialect.ts";

/** Milliseconds that a cursor may wait to be written: the contract allows a second, a write takes its part of it. */
const WAIT = 500;
/** Cursors in one transaction: appends wait for it. */
const BATCH = 500;

/**
 * Read cursors, coalesced in memory: losing one costs a re-read, so they wait for no commit and no commit waits for
 * them. Of several moves only the furthest is written. A move is pending until it is written, so that nobody who asks
 * meanwhile sees it go back.
 */
export class Cursors {
  readonly #dialect: Pick<Dialect, "moveCursors">;
  readonly #failed: (reason: string) => void;
  /** principal → conversation → seq. */
  readonly #pending = new Map<string, Map<string, number>>();
  #timer: NodeJS.Timeout | undefined;
  /** The write under way, or the last one: two at once would write the same twice. */
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  /** `failed` is told why cursors could not be written; they stay pending and are tried again. */
  constructor(dialect: Pick<Dialect, "moveCursors">, failed: (reason: string) => void) {
    this.#dialect = dialect;
    this.#failed = failed;
  }

  /** `seq` must not lie beyond the head. */
  move({ conversationId, principalId, seq }: Move): void {
    const mine = this.#pending.get(principalId) ?? new Map<string, number>();
    this.#pending.set(principalId, mine);
    mine.set(conversationId, Math.max(seq, mine.get(conversationId) ?? 0));
    this.#schedule();
  }

  /** How far a cursor is about to be moved; 0 where nothing is pending. */
  pending(conversationId: string, principalId: string): number {
    return this.#pending.get(principalId)?.get(conversationId) ?? 0;
  }

  /** Writes what is pending of one principal, so that what he reads next shows it. */
  async settle(principalId: string): Promise<void> {
    if (this.#pending.has(principalId)) await this.#write(() => movesOf(principalId, this.#pending.get(principalId)));
  }

  /** Writes all that is pending. */
  drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#write(() => [...this.#pending].flatMap(([principalId, mine]) => movesOf(principalId, mine)));
  }

  /** Writes all that is pending, once: what cannot be written now is lost, for the database is about to be closed. */
  close(): Promise<void> {
    this.#closed = true;
    return this.drain();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.drain();
    }, WAIT);
  }

  /** Does not throw. */
  #write(moves: () => Move[]): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeAll(moves()));
    return this.#writing;
  }

  async #writeAll(moves: Move[]): Promise<void> {
    try {
      for (let from = 0; from < moves.length; from += BATCH) {
        const batch = moves.slice(from, from + BATCH);
        await this.#dialect.moveCursors(batch);
        for (const move of batch) this.#written(move);
      }
    } catch (error) {
      this.#failed(refusalOf(error).detail);
      this.#schedule();
    }
  }

  #written({ conversationId, principalId, seq }: Move): void {
    const mine = this.#pending.get(principalId);
    if (mine?.get(conversationId) === seq) mine.delete(conversationId);
    if (mine?.size === 0) this.#pending.delete(principalId);
  }
}

const movesOf = (principalId: string, mine: ReadonlyMap<string, number> = new Map()): Move[] =>
  [...mine].map(([conversationId, seq]) => ({ conversationId, principalId, seq }));

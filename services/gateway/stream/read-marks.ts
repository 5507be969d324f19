/** Conversations whose marks may wait: past it the session's socket is not read. */
export const WAITING_MARKS = 1000;

type Options = {
  /** Sets the read cursor; what comes of it is nobody's answer. */
  mark(conversationId: string, seq: number): Promise<void>;
  /** Whether more is to be read from the client has changed. */
  changed(): void;
  failed(error: unknown): void;
};

/** How far one session says it has read, one call at a time: of what waits for it, the furthest of each conversation. */
export class ReadMarks {
  readonly #options: Options;
  readonly #waiting = new Map<string, number>();
  #running = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** A client may name as many conversations as it likes. */
  get full(): boolean {
    return this.#waiting.size >= WAITING_MARKS;
  }

  push(conversationId: string, seq: number): void {
    this.#waiting.set(conversationId, Math.max(seq, this.#waiting.get(conversationId) ?? 0));
    if (this.full) this.#options.changed();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (const [conversationId, seq] of this.#waiting) {
      const wasFull = this.full;
      this.#waiting.delete(conversationId);
      if (wasFull && !this.full) this.#options.changed();
      await this.#options.mark(conversationId, seq).catch(this.#options.failed);
    }
    this.#running = false;
  }
}

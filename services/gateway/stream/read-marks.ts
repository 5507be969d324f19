type Options = {
  /** Sets the read cursor; what comes of it is nobody's answer. */
  mark(conversationId: string, seq: number): Promise<void>;
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

  /** Conversations that wait: a client may name as many as it likes. */
  get waiting(): number {
    return this.#waiting.size;
  }

  push(conversationId: string, seq: number): void {
    this.#waiting.set(conversationId, Math.max(seq, this.#waiting.get(conversationId) ?? 0));
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (const [conversationId, seq] of this.#waiting) {
      this.#waiting.delete(conversationId);
      await this.#options.mark(conversationId, seq).catch(this.#options.failed);
    }
    this.#running = false;
  }
}

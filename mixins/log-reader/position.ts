import type { WireEntry } from "../../contract/entry.ts";

/**
 * How far a reader is in one log, and what it has of what follows. Announcements may be lost, come twice or late, and a
 * read may be answered after a later announcement: kept is only what continues without a gap, all else is only a head
 * that was heard of, to be read.
 *
 *     cursor ≤ the last that is kept ≤ head;  kept entries are cursor + 1, cursor + 2, …
 *
 * But where somebody has removed an entry from the log itself: what is read there is all that there is to take.
 */
export class Position {
  #cursor: number;
  #head: number;
  /** The cursor when the log's end was last compared with it: an intact log reaches it ever after. */
  #confirmed: number;
  #kept: WireEntry[] = [];

  constructor(cursor: number) {
    this.#cursor = cursor;
    this.#head = cursor;
    this.#confirmed = cursor;
  }

  /** The last entry that was taken; 0 before the first. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Entries that are not taken yet, as far as is known. */
  get behind(): number {
    return this.#head - this.#cursor;
  }

  /** What comes next, without a gap. */
  get kept(): readonly WireEntry[] {
    return this.#kept;
  }

  /** The log reaches to `head`; entries that were told, each one more than the one before. */
  hear(head: number, entries: readonly WireEntry[]): void {
    this.#head = Math.max(this.#head, head);
    const end = this.#kept.at(-1)?.seq ?? this.#cursor;
    const news = entries.filter(({ seq }) => seq > end);
    if (news[0]?.seq === end + 1) this.#kept.push(...news);
  }

  /** What the log has after a cursor, or the beginning of it. */
  read(cursor: number, entries: readonly WireEntry[]): void {
    const end = entries.at(-1)?.seq ?? cursor;
    if (cursor === this.#cursor && this.#kept.length === 0) {
      this.#kept = [...entries];
      this.#head = entries.length > 0 ? Math.max(this.#head, end) : cursor;
    } else {
      // Told of more meanwhile, or set back.
      this.hear(end, entries);
    }
  }

  /** What was kept up to `seq` is taken. */
  moved(seq: number): void {
    // Dropped meanwhile, for the log was set back.
    if (!this.#kept.some((entry) => entry.seq === seq)) return;
    this.#cursor = seq;
    this.#kept = this.#kept.filter((entry) => entry.seq > seq);
  }

  /**
   * The log was asked for its end. One that is behind what was taken before it was asked is not the log that was read: it
   * was set back, to a backup perhaps, and is read from its beginning.
   */
  compare(head: number): void {
    if (head < this.#confirmed) {
      this.#cursor = 0;
      this.#head = head;
      this.#kept = [];
    }
    this.hear(head, []);
    this.#confirmed = this.#cursor;
  }
}

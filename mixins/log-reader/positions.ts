import type { LogCursor } from "../../contract/actions/readers.ts";
import type { WireEntry } from "../../contract/entry.ts";
import { Position } from "./position.ts";

/** Announced entries that wait, of all logs together; what comes beyond is read from the log (G8). */
const KEPT = 1000;

/** Where a reader is in all logs. Some hundred bytes each. */
export class Positions {
  readonly #all = new Map<string, Position>();
  /** Those that are behind; whose turn was longest ago first. */
  readonly #behind = new Map<string, Position>();
  #kept = 0;

  begin(cursors: readonly LogCursor[]): void {
    for (const { conversationId, seq } of cursors) this.#all.set(conversationId, new Position(seq));
  }

  cursorOf(conversationId: string): number {
    return this.#all.get(conversationId)?.cursor ?? 0;
  }

  /** Entries that are known to be there and not taken. */
  get behind(): number {
    return this.#behind.values().reduce((sum, { behind }) => sum + behind, 0);
  }

  /** Whether all that another has taken is taken here, but for what no log has any more: a backup may have set them back. */
  covers(other: Positions): boolean {
    return other.#all.entries().every(([id, { cursor }]) => {
      const mine = this.#all.get(id);
      return mine === undefined || mine.behind === 0 || mine.cursor >= cursor;
    });
  }

  announced(conversationId: string, head: number, entries: readonly WireEntry[]): void {
    const room = this.#kept < KEPT;
    this.#change(conversationId, (position) => position.hear(head, room ? entries : []));
  }

  /** What was read after these cursors, of one log after the other until there was enough: of the first at least what is next. */
  read(cursors: readonly LogCursor[], entries: readonly WireEntry[]): void {
    const read = Map.groupBy(entries, ({ conversationId }) => conversationId);
    for (const [index, { conversationId, seq }] of cursors.entries()) {
      const some = read.get(conversationId);
      if (some || index === 0) this.#change(conversationId, (position) => position.read(seq, some ?? []));
    }
  }

  /** What the log said of its end; it was asked after the last time that this was called for the conversation. */
  compare({ conversationId, seq }: LogCursor): void {
    this.#change(conversationId, (position) => position.compare(seq));
  }

  taken(cursors: readonly LogCursor[]): void {
    for (const { conversationId, seq } of cursors) {
      this.#change(conversationId, (position) => position.moved(seq));
      const left = this.#behind.get(conversationId);
      if (!left) continue;
      this.#behind.delete(conversationId);
      this.#behind.set(conversationId, left);
    }
  }

  /** Of up to `most` logs whose next entry is to be read, where. */
  unread(most: number): LogCursor[] {
    return this.#behind
      .entries()
      .filter(([, { kept }]) => kept.length === 0)
      .take(most)
      .map(([conversationId, { cursor }]) => ({ conversationId, seq: cursor }))
      .toArray();
  }

  /** Up to `most` entries that come next, and the cursors that they lead to. */
  next(most: number): { entries: WireEntry[]; cursors: LogCursor[] } {
    const entries: WireEntry[] = [];
    const cursors: LogCursor[] = [];
    for (const [conversationId, { kept }] of this.#behind) {
      const some = kept.slice(0, most - entries.length);
      const last = some.at(-1);
      if (last) cursors.push({ conversationId, seq: last.seq });
      entries.push(...some);
    }
    return { entries, cursors };
  }

  #change(conversationId: string, change: (position: Position) => void): void {
    const position = this.#all.get(conversationId) ?? new Position(0);
    const before = position.kept.length;
    change(position);
    this.#all.set(conversationId, position);
    this.#kept += position.kept.length - before;
    // One that is behind keeps its place, whatever is told of it: else what is told of most would come last.
    if (position.behind > 0) this.#behind.set(conversationId, position);
    else this.#behind.delete(conversationId);
  }
}

/** Bounds of a mailbox and of what one turn takes from it. */
export type Bounds = { count: number; bytes: number };

/** What waits: `count` commands, `bytes` in all. */
export type Weighed = { count: number; bytes: number };

/** What waits for one actor, in order of arrival. Pure: who takes, and when, is the activation's. */
export class Mailbox<T extends Weighed> {
  #waiting: T[] = [];
  #count = 0;
  #bytes = 0;
  readonly #bounds: Bounds;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns false, and takes nothing, when the bounds would be passed. An empty mailbox takes anything. */
  offer(item: T): boolean {
    const fits = this.#count + item.count <= this.#bounds.count && this.#bytes + item.bytes <= this.#bounds.bytes;
    if (!fits && this.#waiting.length > 0) return false;
    this.#waiting.push(item);
    this.#count += item.count;
    this.#bytes += item.bytes;
    return true;
  }

  /** Takes all that waits, up to the bounds of a turn; at least one item, if there is any. */
  take(turn: Bounds): T[] {
    const length = this.#count <= turn.count && this.#bytes <= turn.bytes ? this.#waiting.length : this.#prefix(turn);
    const taken = this.#waiting.splice(0, length);
    for (const item of taken) {
      this.#count -= item.count;
      this.#bytes -= item.bytes;
    }
    return taken;
  }

  takeAll(): T[] {
    return this.take({ count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY });
  }

  #prefix(turn: Bounds): number {
    let count = 0;
    let bytes = 0;
    const end = this.#waiting.findIndex((item, index) => {
      count += item.count;
      bytes += item.bytes;
      return index > 0 && (count > turn.count || bytes > turn.bytes);
    });
    return end < 0 ? this.#waiting.length : end;
  }
}

import { order } from "./records.ts";

/**
 * What happened to messages later than they were sent, until its time has come: a message's record tells of its edit, and
 * the log has the edit where it happened. Holds what lies ahead, which is little: most edits follow in minutes.
 */
export class Pending<T> {
  #waiting: { order: string; item: T }[] = [];
  #first: string | undefined;

  /** @param ts when it happened, as Slack writes a time */
  add(ts: string, item: T): void {
    const entry = { order: order(ts), item };
    this.#waiting.push(entry);
    if (this.#first === undefined || entry.order < this.#first) this.#first = entry.order;
  }

  /** Takes what happened before `ts`, in its order; without a time all that is left. */
  take(ts?: string): T[] {
    const now = ts === undefined ? undefined : order(ts);
    if (this.#first === undefined || (now !== undefined && this.#first > now)) return [];
    const due = this.#waiting.filter((one) => now === undefined || one.order <= now);
    this.#waiting = this.#waiting.filter((one) => now !== undefined && one.order > now);
    this.#first = this.#waiting.map((one) => one.order).sort()[0];
    // A sort is stable: what has one time keeps the messages' order.
    return due.sort((a, b) => (a.order < b.order ? -1 : Number(a.order > b.order))).map(({ item }) => item);
  }
}

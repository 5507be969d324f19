import { TYPING_INTERVAL, TYPING_SENDERS } from "../../../contract/limits.ts";

/** Who was shown typing in one conversation, and when (milliseconds). */
export class Typists {
  readonly #shown = new Map<string, number>();

  /** Whether it is to be shown: not twice in two seconds, and not of more than a few at once. */
  admit(principalId: string, now: number): boolean {
    for (const [sender, at] of this.#shown) if (now - at >= TYPING_INTERVAL) this.#shown.delete(sender);
    if (this.#shown.has(principalId) || this.#shown.size >= TYPING_SENDERS) return false;
    this.#shown.set(principalId, now);
    return true;
  }
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Milliseconds in which what was shown is noted: after a crash some entries are shown again. */
const LATER = 500;

/** How far somebody has seen a conversation in this terminal, in a file that outlives the program. */
export class Bookmark {
  readonly #file: string;
  #seq: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param state folder of what outlives a run
   * @param whose server, principal and conversation: each has its own
   */
  constructor(state: string, whose: readonly string[]) {
    this.#file = join(state, "tail", ...whose.map((part) => encodeURIComponent(part)));
  }

  /** The last seq that was shown by an earlier run, if there was one. */
  read(): number | undefined {
    try {
      const seq = Number(readFileSync(this.#file, "utf8"));
      return Number.isSafeInteger(seq) && seq >= 0 ? seq : undefined;
    } catch {
      return undefined;
    }
  }

  shown(seq: number): void {
    this.#seq = seq;
    this.#timer ??= setTimeout(() => this.keep(), LATER);
  }

  /** Writes it down now. */
  keep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#seq === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    // Whole or not at all.
    writeFileSync(`${this.#file}.new`, `${this.#seq}\n`);
    renameSync(`${this.#file}.new`, this.#file);
    this.#seq = undefined;
  }
}

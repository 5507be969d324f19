import { stripVTControlCharacters } from "node:util";
import type { Paint } from "./paint.ts";

/** To the line's beginning, and clear it (ECMA-48: CR, EL). */
const CLEAR = "\r\x1b[K";

/** Lines that stay, above one that tells how things stand now. Where no terminal is, the latter isn't written. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #paint: Paint;
  #status = "";

  constructor(out: NodeJS.WriteStream, paint: Paint) {
    this.#out = out;
    this.#paint = paint;
  }

  line(text: string): void {
    this.#out.write(this.#status === "" ? `${text}\n` : `${CLEAR}${text}\n${this.#shown()}`);
  }

  /** @param text without colours */
  status(text: string): void {
    if (!this.#out.isTTY || text === this.#status) return;
    this.#status = text;
    this.#out.write(`${CLEAR}${this.#shown()}`);
  }

  #shown(): string {
    const cut = stripVTControlCharacters(this.#status).slice(0, Math.max(0, this.#out.columns - 1));
    return cut && this.#paint("dim", cut);
  }
}

import type { Duplex } from "node:stream";
import type { Frame } from "./shared-frame.ts";

/** Bytes that may wait for one socket: past it its session is paused, and reads later from the log. */
export const BUFFERED_BYTES = 1024 * 1024;
/** Bytes of one tick that are handed to the socket at once rather than at its end. */
const GATHERED_BYTES = 64 * 1024;

type Changes = {
  paused(): void;
  /** All has been taken. */
  drained(): void;
};

/** Writers that have something to hand on, once at the end of this turn of the event loop. */
const gathering: Writer[] = [];

function flushAll(): void {
  for (const writer of gathering.splice(0)) writer.flush();
}

/**
 * One socket's way out. Frames of one tick leave in one write, for a write is what a delivery costs most. What the socket
 * does not take is bounded: past the bound the writer is paused, until the socket has taken everything.
 */
export class Writer {
  readonly #socket: Duplex;
  readonly #changes: Changes;
  #frames: Frame[] = [];
  #bytes = 0;
  #written = 0;
  #paused = false;
  #closed = false;

  constructor(socket: Duplex, changes: Changes) {
    this.#socket = socket;
    this.#changes = changes;
    socket.on("drain", () => this.#drained());
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Bytes that the socket has taken so far. */
  get taken(): number {
    return this.#written - this.#socket.writableLength;
  }

  write(frame: Frame): void {
    if (this.#closed) return;
    if (this.#frames.push(frame) === 1 && gathering.push(this) === 1) setImmediate(flushAll);
    this.#bytes += frame.length;
    if (this.#bytes > GATHERED_BYTES) this.flush();
  }

  /** Hands on what was gathered. */
  flush(): void {
    const frames = this.#frames;
    const [only] = frames;
    if (only === undefined || this.#closed) return;
    this.#frames = [];
    this.#written += this.#bytes;
    this.#bytes = 0;
    if (!this.#socket.write(frames.length === 1 ? only : Buffer.concat(frames))) this.#checkBound();
  }

  /** Hands on what was gathered; what is written from now on is dropped. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #checkBound(): void {
    if (this.#paused || this.#socket.writableLength <= BUFFERED_BYTES) return;
    this.#paused = true;
    this.#changes.paused();
  }

  #drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#changes.drained();
  }
}

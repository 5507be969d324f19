import WebSocket from "ws";
import { writer } from "./words.ts";
import type { Load, Measured } from "./workloads.ts";

/**
 * The load client, a process of its own, the same for whatever server: members stream, one of each room sends. It parses
 * a frame once a room, however many members get it, so as to take as little of the machine as it can.
 */

type Sent = { at: number; missing: number };

const load: Load = JSON.parse(await text(process.stdin));
const latencies: number[] = [];
let counting = false;
let accepted = 0;
let deliveries = 0;

/** Enough that no two neighbours are the same. */
const texts = Array.from({ length: 500 }, writer(process.pid));

class Room {
  readonly #id: string;
  readonly #sockets: WebSocket[] = [];
  readonly #sent = new Map<string, Sent>();
  readonly #queue: string[] = [];
  #lastFrame: Buffer = Buffer.alloc(0);
  #lastKeys: string[] = [];
  #serial = 0;

  constructor(id: string) {
    this.#id = id;
  }

  async connect(tokens: string[]): Promise<void> {
    for (const token of tokens) this.#sockets.push(await this.#member(token));
  }

  /** Sends as many as the window leaves room for, in one frame. */
  send(count: number): void {
    for (let i = 0; i < count; i++) {
      const key = `${this.#serial++}-${process.pid}`;
      const frame = {
        type: "send",
        ref: key,
        to: this.#id,
        clientMessageId: key,
        text: texts[this.#serial % texts.length],
      };
      this.#queue.push(JSON.stringify(frame));
      this.#sent.set(key, { at: performance.now(), missing: this.#sockets.length });
    }
    if (this.#queue.length === count) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const frames = this.#queue.splice(0, 100);
    if (frames.length > 0) this.#sockets[0]?.send(frames.length === 1 ? String(frames[0]) : `[${frames.join(",")}]`);
    if (this.#queue.length > 0) setImmediate(() => this.#flush());
  }

  #member(token: string): Promise<WebSocket> {
    return new Promise((ready, fail) => {
      const socket = new WebSocket(load.url, { perMessageDeflate: false });
      socket.on("open", () => socket.send(JSON.stringify({ type: "hello", token })));
      socket.on("error", fail);
      socket.on("message", (data: Buffer) => {
        if (data.equals(this.#lastFrame)) return this.#arrived(this.#lastKeys);
        const frame = JSON.parse(data.toString());
        if (frame.type === "entries") {
          this.#lastFrame = data;
          this.#lastKeys = frame.entries.map((entry: { clientMessageId?: string }) => entry.clientMessageId ?? "");
          this.#arrived(this.#lastKeys);
        } else if (frame.type === "ready") ready(socket);
        else if (frame.type === "ack") this.#acknowledged();
        else if (frame.type === "refused") throw new Error(JSON.stringify(frame));
      });
    });
  }

  #acknowledged(): void {
    if (counting) accepted += 1;
    if (load.rate === undefined) this.send(1);
  }

  #arrived(keys: string[]): void {
    if (counting) deliveries += keys.length;
    for (const key of keys) {
      const sent = this.#sent.get(key);
      if (!sent || --sent.missing > 0) continue;
      this.#sent.delete(key);
      if (counting) latencies.push(performance.now() - sent.at);
    }
  }
}

const rooms = load.rooms.map(({ id }) => new Room(id));
await Promise.all(rooms.map((room, i) => room.connect(load.rooms[i]?.tokens ?? [])));

if (load.rate === undefined) for (const room of rooms) room.send(load.window);
else pace(load.rate);

await new Promise((r) => setTimeout(r, load.warmup * 1000));
counting = true;
console.log("counting");
const began = performance.now();
await new Promise((r) => setTimeout(r, load.seconds * 1000));
counting = false;
latencies.sort((a, b) => a - b);
const measured: Measured = {
  accepted,
  deliveries,
  seconds: (performance.now() - began) / 1000,
  p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
  p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
};
console.log(JSON.stringify(measured));
process.exit(0);

/** Rooms take turns, evenly in time. */
function pace(rate: number): void {
  const start = performance.now();
  let sent = 0;
  setInterval(() => {
    for (const due = ((performance.now() - start) / 1000) * rate; sent < due; sent++)
      rooms[sent % rooms.length]?.send(1);
  }, 1);
}

async function text(stream: NodeJS.ReadStream): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}

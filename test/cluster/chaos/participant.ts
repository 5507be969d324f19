import { setTimeout as pause } from "node:timers/promises";
import type { WireEntry } from "../../../contract/entry.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import type { History, Send } from "./history.ts";

/** Sends under way at once. */
const WINDOW = 16;
/** Milliseconds for a connection to open, and without a word while something waits for its answer: then it is given up. */
const OPENING = 1_000;
const SILENCE = 5_000;
/** Milliseconds of nothing but refusals after which another gateway is tried: this one may be cut off. */
const REFUSALS = 3_000;
/** Milliseconds between two connections. */
const AGAIN = 50;

type Options = {
  principalId: string;
  token: string;
  rooms: readonly string[];
  /** Where to connect the next time: `ws://…`. */
  gateway(): string;
  history: History;
};

/**
 * A person with one stream at a time, which she sends and listens on. When it breaks she comes back at another gateway,
 * with her cursors, and sends again what was not answered, in its order.
 */
export class Participant {
  readonly #options: Options;
  readonly #views: ReadonlyMap<string, WireEntry[]>;
  readonly #unanswered: Send[] = [];
  /** How many of them the connection was given. */
  #given = 0;
  #socket: WebSocket | undefined;
  #isReady = false;
  #heard = 0;
  #acknowledged = 0;
  /** Gives the connection up. */
  #end: () => void = () => {};
  #serial = 0;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    const { principalId, rooms, history } = options;
    this.#views = new Map(rooms.map((room) => [room, []]));
    for (const [room, entries] of this.#views) history.views.push({ principalId, room, entries });
    void this.#live();
  }

  get unanswered(): number {
    return this.#unanswered.length;
  }

  send(room: string): Send {
    const { principalId: senderId, history } = this.#options;
    const clientMessageId = `${this.#serial++}`;
    const send: Send = { senderId, room, clientMessageId, text: `${clientMessageId} of ${senderId}` };
    history.sends.push(send);
    this.#unanswered.push(send);
    this.#give();
    return send;
  }

  /** How many entries of a room it was shown. */
  shown(room: string): number {
    return this.#views.get(room)?.length ?? 0;
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  async #live(): Promise<void> {
    while (!this.#closed) {
      await this.#connection();
      await pause(AGAIN);
    }
  }

  /** One connection, until it ends. */
  async #connection(): Promise<void> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#end = end;
    const socket = new WebSocket(`${this.#options.gateway()}/v1/stream`);
    this.#heard = Date.now();
    const watch = setInterval(() => {
      const silence = Date.now() - this.#heard;
      if (silence > (this.#isReady ? SILENCE : OPENING) && this.#unanswered.length > 0) end();
    }, 200);
    socket.onclose = () => end();
    socket.onerror = () => {};
    socket.onopen = () => {
      const cursors = Object.fromEntries([...this.#views].map(([room, entries]) => [room, entries.at(-1)?.seq ?? 0]));
      socket.send(JSON.stringify({ type: "hello", token: this.#options.token, cursors }));
    };
    socket.onmessage = ({ data }) => {
      // Who was given up is not listened to any more.
      if (this.#socket === socket) this.#take(JSON.parse(String(data)));
    };
    this.#socket = socket;
    await ended;
    clearInterval(watch);
    this.#socket = undefined;
    this.#isReady = false;
    this.#given = 0;
    socket.close();
  }

  #take(frame: ServerFrame): void {
    this.#heard = Date.now();
    if (frame.type === "ready") {
      this.#isReady = true;
      this.#acknowledged = Date.now();
      this.#give();
    } else if (frame.type === "entries") this.#views.get(frame.conversationId)?.push(...frame.entries);
    else if (frame.type === "ack" && "seq" in frame) {
      this.#acknowledged = Date.now();
      this.#settle(frame.ref, { acknowledged: { seq: frame.seq, hash: frame.hash } });
    } else if (frame.type === "refused") {
      this.#settle(frame.ref, { refused: frame.problem.type });
      if (Date.now() - this.#acknowledged > REFUSALS) this.#end();
    }
  }

  #settle(ref: unknown, outcome: Send["outcome"]): void {
    const index = this.#unanswered.findIndex(({ clientMessageId }) => clientMessageId === ref);
    const [send] = index < 0 ? [] : this.#unanswered.splice(index, 1);
    if (!send) return;
    send.outcome = outcome;
    this.#given--;
    this.#give();
  }

  #give(): void {
    if (!this.#isReady) return;
    while (this.#given < Math.min(WINDOW, this.#unanswered.length)) {
      const send = this.#unanswered[this.#given++];
      if (!send) return;
      const { room: to, text, clientMessageId } = send;
      this.#socket?.send(JSON.stringify({ type: "send", ref: clientMessageId, to, text, clientMessageId }));
    }
  }
}

import { closeCodes } from "../contract/close-codes.ts";
import { backoff } from "./backoff.ts";
import { ARE_YOU_THERE, Liveness, LOOK } from "./liveness.ts";
import type { ServerFrame } from "./words.ts";

/** Milliseconds before another connection: at first and at most; and where the server said that there are too many. */
const AGAIN = 200;
const LONGEST = 30_000;
const CROWDED = 30_000;
const CROWDED_LONGEST = 300_000;
/** In a browser the page hears when the machine is back on a network; elsewhere nobody does. */
const here: unknown = globalThis;
const page = here instanceof EventTarget ? here : undefined;

export type Token = string | (() => string | Promise<string>);

/** How a connection ended: with the code of its close (1006: it broke), and what comes next. */
export type Closed = {
  code: number;
  /** Milliseconds until it is tried again; undefined: never. */
  again: number | undefined;
};

type Options = {
  /** Of gateways, `http(s)://host:port`. */
  urls: readonly string[];
  token: Token;
  /** The first frame. */
  hello(token: string): string;
  frame(frame: ServerFrame): void;
  closed(event: Closed): void;
  /** Once a second while it is not stopped. */
  looked(): void;
  /** Whether an answer is awaited. */
  isWaiting(): boolean;
  /** Milliseconds between two looks, if others than usual. */
  look?: number;
};

/**
 * A stream over many connections, one at a time: connecting → greeted → broken → connecting …; at any time: stopped.
 */
export class Link {
  readonly #options: Options;
  readonly #look: ReturnType<typeof setInterval>;
  #state: "connecting" | "greeted" | "broken" | "stopped" = "broken";
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: number;
  #failures = 0;
  /** The token of the connection, and the one that was refused last. */
  #token: string | undefined;
  #refusedToken: string | undefined;
  #liveness = new Liveness();

  constructor(options: Options) {
    this.#options = options;
    // Whoever gives several wants the load spread.
    this.#turn = Math.floor(Math.random() * options.urls.length);
    this.#look = setInterval(() => this.#lookAfter(), options.look ?? LOOK);
    page?.addEventListener("online", this.#hurry);
    void this.#connect();
  }

  get isGreeted(): boolean {
    return this.#state === "greeted";
  }

  /** The gateway that it is, or was last, connected to. */
  get url(): string {
    const { urls } = this.#options;
    return urls[this.#turn % urls.length] ?? "";
  }

  write(text: string): void {
    if (this.#state === "greeted") this.#socket?.send(text);
  }

  /** What was sent is answered: the connection is good. */
  praise(): void {
    this.#failures = 0;
  }

  /** Leaves this connection for another. */
  leave(): void {
    if (this.#state === "connecting" || this.#state === "greeted") this.#ended(1006);
  }

  stop(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    clearInterval(this.#look);
    clearTimeout(this.#timer);
    page?.removeEventListener("online", this.#hurry);
    this.#abandon();
  }

  async #connect(): Promise<void> {
    this.#state = "connecting";
    const liveness = new Liveness();
    this.#liveness = liveness;
    // Stopped, or given up for another try, while it waited.
    const isOver = () => this.#state !== "connecting" || this.#liveness !== liveness;
    const given = this.#options.token;
    try {
      const token = await (typeof given === "string" ? given : given());
      if (!isOver()) this.#dial(token);
    } catch {
      if (!isOver()) this.#ended(1006);
    }
  }

  /** @throws where the page may not connect there */
  #dial(token: string): void {
    this.#token = token;
    const socket = new WebSocket(`${this.url.replace(/^http/, "ws")}/v1/stream`);
    const hello = this.#options.hello(token);
    this.#socket = socket;
    socket.onopen = () => socket.send(hello);
    socket.onmessage = ({ data }) => this.#heard(String(data));
    socket.onclose = ({ code }) => this.#ended(code);
  }

  #heard(text: string): void {
    this.#liveness.heard();
    const frame: ServerFrame = JSON.parse(text);
    if (frame.type === "ready") {
      this.#state = "greeted";
      this.#liveness.greeted();
    }
    this.#options.frame(frame);
  }

  #ended(code: number): void {
    if (this.#state === "stopped") return;
    this.#abandon();
    this.#state = "broken";
    if (this.#liveness.isSound) this.#failures = 0;
    const again = this.#pause(code);
    if (again === undefined) this.stop();
    else {
      this.#turn++;
      this.#timer = setTimeout(() => this.#connect(), again);
    }
    this.#options.closed({ code, again });
  }

  /** Milliseconds until another try; undefined where nothing has changed that would let it succeed. */
  #pause(code: number): number | undefined {
    if (code === closeCodes.tooMany) return CROWDED / 2 + backoff(this.#failures++, CROWDED, CROWDED_LONGEST);
    if (code === closeCodes.unauthorized) {
      // Who makes tokens may make a better one.
      const isFresh = typeof this.#options.token === "function" && this.#token !== this.#refusedToken;
      this.#refusedToken = this.#token;
      if (!isFresh) return undefined;
    } else if (code >= 4400 && code < 4500) return undefined;
    return backoff(this.#failures++, AGAIN, LONGEST);
  }

  /** Forgets the connection: nothing that it says counts any more. */
  #abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  /** The machine is back on a network. */
  readonly #hurry = (): void => {
    if (this.#state !== "broken") return;
    clearTimeout(this.#timer);
    void this.#connect();
  };

  #lookAfter(): void {
    if (this.#state === "connecting" || this.#state === "greeted") {
      const found = this.#liveness.look(this.#options.isWaiting());
      if (found === "ask") this.write(ARE_YOU_THERE);
      else if (found === "dead") this.#ended(1006);
    }
    this.#options.looked();
  }
}

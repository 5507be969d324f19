import { HELLO_BYTES } from "../contract/limits.ts";
import { Cursors } from "./cursors.ts";
import { type Closed, Link } from "./link.ts";
import type { Handlers, Options, SendOptions } from "./options.ts";
import { Rest } from "./rest.ts";
import { Sends } from "./sends.ts";
import type { ChosenPresence, ClientFrame, Entry, Published, Receipt, ServerFrame } from "./words.ts";

export { Refused, Unanswered } from "./failures.ts";
export type { Closed, Token } from "./link.ts";
export type { Handlers, Options, SendOptions } from "./options.ts";
export type { Rest } from "./rest.ts";
export type * from "./words.ts";

/** Milliseconds for a send to be answered, unless told otherwise. */
const PATIENCE = 60_000;
/** Bytes of `hello` besides its cursors. */
const ENVELOPE = 2_048;

/**
 * A principal's stream. It connects at once, and again whenever the connection breaks, until `close` or until the server
 * says that it makes no sense (a close code of 44xx).
 */
export class Wirehouse {
  /** The same gateways over REST. */
  readonly rest: Rest;
  readonly #on: Handlers;
  readonly #cursors: Cursors;
  readonly #sends: Sends;
  readonly #link: Link;
  /** The cursors that this connection began with. */
  #sent: Record<string, number> = {};
  /** What is said to each connection, or to the next one: the last of each kind. */
  readonly #said = new Map<string, ClientFrame>();
  #watched: ClientFrame | undefined;

  constructor({ url, token, cursors, on = {} }: Options) {
    const urls = (typeof url === "string" ? [url] : url).map((one) => one.replace(/(\/v1)?\/*$/, ""));
    if (urls.length === 0) throw new TypeError("There is no gateway to connect to");
    const isWeb = (one: string) => URL.canParse(one) && /^https?:/.test(one);
    if (!urls.every(isWeb)) throw new TypeError("A gateway's URL begins with http:// or https://");
    this.#on = on;
    this.#cursors = new Cursors(cursors);
    this.rest = new Rest(urls, token);
    this.#link = new Link({
      urls,
      token,
      hello: (current) => this.#hello(current),
      frame: (frame) => this.#take(frame),
      closed: (event) => this.#broken(event),
      looked: () => this.#sends.look(),
      isWaiting: () => this.#sends.isUnderWay,
    });
    this.#sends = new Sends(this.#link);
  }

  /** Whether there is a connection now. */
  get isReady(): boolean {
    return this.#link.isGreeted;
  }

  /** How many sends are unanswered. */
  get unanswered(): number {
    return this.#sends.size;
  }

  /** How far each conversation was handed on: to be kept by whoever wants to go on there after a restart. */
  get cursors(): Record<string, number> {
    return this.#cursors.all();
  }

  /**
   * Sends a message, now or when there is a connection again, until it is answered: stored once, however often it is sent,
   * and to one address in the order of the calls.
   * @param to `#channel`, `@handle`, a conversation's id, `group:name` or `topic:name`
   * @returns where it is stored, for good
   * @throws Refused by the server; Unanswered when the outbox is full, patience ends or the client is closed
   */
  send(to: `topic:${string}`, text: string, options?: SendOptions): Promise<Published>;
  send(to: string, text: string, options?: SendOptions): Promise<Receipt>;
  send(to: string, text: string, { patience = PATIENCE, ...more }: SendOptions = {}): Promise<Receipt | Published> {
    return this.#sends.push(to, { text, ...more }, patience);
  }

  /** Says how far one has read. */
  read(conversationId: string, seq: number): void {
    this.#say(`read ${conversationId}`, { type: "read", conversationId, seq });
  }

  /** Says that one is typing; nothing happens without a connection. */
  typing(conversationId: string): void {
    this.#write({ type: "typing", conversationId });
  }

  /** Says how one wants to be seen. */
  presence(chosen: ChosenPresence): void {
    this.#say("presence", { type: "presence", ...chosen });
  }

  /** Whose presence one wants to be told of, instead of those before: `@handle`s, up to 1,000. */
  watch(principals: readonly string[]): void {
    this.#watched = { type: "watch", principals: [...principals] };
    this.#write(this.#watched);
  }

  /** Ends it. What is unanswered fails with `Unanswered`, though it may be stored. */
  close(): void {
    this.#link.stop();
    this.#sends.close();
  }

  #hello(token: string): string {
    this.#sent = this.#cursors.all(HELLO_BYTES - ENVELOPE);
    return JSON.stringify({ type: "hello", token, cursors: this.#sent });
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "ready":
        this.#greeted(frame);
        break;
      case "entries":
        this.#entries(frame.conversationId, frame.entries);
        break;
      case "ack":
        this.#sends.acknowledged(frame.ref, frame);
        break;
      case "refused":
        this.#sends.refused(frame.ref, frame.problem);
        break;
      case "joined":
        this.#cursors.joined(frame.conversationId);
        this.#on.joined?.(frame);
        break;
      case "left":
        this.#cursors.left(frame.conversationId);
        this.#on.left?.(frame);
        break;
      case "read":
        this.#on.read?.(frame);
        break;
      case "typing":
        this.#on.typing?.(frame);
        break;
      case "presence":
        this.#on.presence?.(frame);
        break;
    }
  }

  #greeted(ready: ServerFrame & { type: "ready" }): void {
    const { joined, left, reset } = this.#cursors.greet(ready.heads, this.#sent);
    this.#on.ready?.(ready);
    for (const conversationId of left) this.#on.left?.({ conversationId });
    for (const conversationId of joined) this.#on.joined?.({ conversationId });
    for (const event of reset) this.#on.reset?.(event);
    if (this.#watched) this.#write(this.#watched);
    for (const said of this.#said.values()) this.#write(said);
    this.#said.clear();
    this.#sends.flush();
  }

  #entries(conversationId: string, entries: readonly Entry[]): void {
    const { news, gap, reset } = this.#cursors.take(conversationId, entries);
    // What is missing comes from the log, once it is told where to go on.
    if (gap) this.#link.leave();
    if (news.length === 0) return;
    try {
      if (reset !== undefined) this.#on.reset?.({ conversationId, head: reset });
      this.#on.entries?.({ conversationId, entries: news });
    } finally {
      this.#cursors.moved(conversationId, news);
    }
  }

  #broken(event: Closed): void {
    if (event.again === undefined) this.close();
    else this.#sends.interrupted();
    this.#on.closed?.(event);
  }

  /** Says something now, or to the next connection. */
  #say(what: string, frame: ClientFrame): void {
    if (this.isReady) this.#write(frame);
    else this.#said.set(what, frame);
  }

  #write(frame: ClientFrame): void {
    this.#link.write(JSON.stringify(frame));
  }
}

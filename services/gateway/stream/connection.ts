import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import { type CloseReason, closeCodes } from "../../../contract/close-codes.ts";
import { typeOf } from "../../../contract/errors.ts";
import type { Hello } from "../../../contract/frames.ts";
import { BODY_BYTES } from "../../../contract/limits.ts";
import type { Credential } from "../../../contract/principal.ts";
import type { Backend } from "./backend.ts";
import { type ClientFrame, clientFrames } from "./client-frames.ts";
import { Session } from "./session.ts";
import { Writer } from "./writer.ts";

/** Milliseconds. */
export type Times = {
  /** For the first frame to come. */
  hello: number;
  /** Between pings; whoever has left two of them unanswered is gone. */
  ping: number;
};

export type Doorkeeper = {
  times: Times;
  backend: Backend;
  /** Who the token speaks for, if it may open a stream. @throws unauthorized */
  authenticate(token: string | undefined): Promise<Credential>;
  /** A session has begun: it is closed when its credential no longer holds. */
  begun(connection: Connection, session: Session, resumed: boolean): void;
  /** @returns what gives the principal's place back. @throws too-many */
  place(principalId: string): () => void;
  /** @param reason why we closed it; undefined where its client has gone */
  ended(connection: Connection, reason?: CloseReason): void;
};

/** What fits a close frame: 123 bytes (RFC 6455, 5.5), of which none is cut in the middle. */
const closeReason = (text: string): string => text.replace(/[^ -~]/g, "?").slice(0, 123);

/** One WebSocket: its first frame, its pings, its end. What is said in between is its session's. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #writer: Writer;
  readonly #headerToken: string | undefined;
  readonly #doorkeeper: Doorkeeper;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;
  #leave: () => void = () => {};
  #state: "silent" | "authenticating" | "begun" | "closed" = "silent";
  #session: Session | undefined;
  /** What came while the token was looked up. */
  #early: ClientFrame[] = [];
  #draining = false;
  #unanswered = 0;
  #taken = 0;

  constructor(socket: WebSocket, raw: Duplex, headerToken: string | undefined, doorkeeper: Doorkeeper) {
    this.#socket = socket;
    this.#headerToken = headerToken;
    this.#doorkeeper = doorkeeper;
    this.#writer = new Writer(raw, {
      paused: () => this.#regulate(),
      drained: () => {
        this.#session?.drained();
        this.#regulate();
      },
    });
    this.#helloTimer = setTimeout(() => this.close("noHello"), doorkeeper.times.hello);
    this.#pingTimer = setInterval(() => this.#ping(), doorkeeper.times.ping);
    socket.on("message", (data, isBinary) => this.#message(data, isBinary));
    socket.on("pong", () => {
      this.#unanswered = 0;
    });
    // A broken frame, or one beyond all bounds: ws says so to the client and closes.
    socket.on("error", () => this.#end());
    socket.on("close", () => this.#end());
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** @param fault what was wrong with what the client said */
  close(reason: CloseReason, fault = ""): void {
    if (this.#state === "closed") return;
    this.#end(reason);
    this.#socket.close(closeCodes[reason], closeReason(fault));
    // The client's answer is to be heard.
    this.#socket.resume();
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Takes in nothing more. @returns when all that was sent is answered */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#regulate();
    await this.#session?.idle();
  }

  #end(reason?: CloseReason): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#helloTimer);
    clearInterval(this.#pingTimer);
    this.#writer.close();
    this.#session?.close();
    this.#leave();
    this.#doorkeeper.ended(this, reason);
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#state === "closed") return;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.close("malformed", "binary");
      return;
    }
    if (this.#state !== "silent" && data.length > BODY_BYTES) {
      this.close("tooLarge");
      return;
    }
    const frames = clientFrames(data);
    if (typeof frames === "string") this.close("malformed", frames);
    else if (this.#state === "silent") this.#greet(frames);
    else if (this.#session) this.#session.take(frames);
    else this.#early.push(...frames);
  }

  #greet([first, ...rest]: ClientFrame[]): void {
    if (first?.type !== "hello") {
      this.close("malformed", "the first frame is hello");
      return;
    }
    clearTimeout(this.#helloTimer);
    this.#state = "authenticating";
    this.#early = rest;
    this.#regulate();
    this.#begin(first.frame).catch((error: unknown) => {
      const type = typeOf(error);
      if (type === "unauthorized") this.close("unauthorized");
      else if (type === "too-many") this.close("tooMany");
      else {
        this.#doorkeeper.backend.failed(error);
        this.close("restarting");
      }
    });
  }

  async #begin({ token, cursors = {} }: Hello): Promise<void> {
    const given = token ?? this.#headerToken;
    const differ = this.#headerToken !== undefined && given !== this.#headerToken;
    const credential = await this.#doorkeeper.authenticate(differ ? undefined : given);
    if (this.#state === "closed") return;
    this.#leave = this.#doorkeeper.place(credential.principal.id);
    this.#state = "begun";
    const line = {
      writer: this.#writer,
      changed: () => this.#regulate(),
      close: (reason: CloseReason, fault?: string) => this.close(reason, fault),
    };
    const session = new Session(credential, line, this.#doorkeeper.backend);
    this.#session = session;
    this.#doorkeeper.begun(this, session, Object.keys(cursors).length > 0);
    session.take(this.#early.splice(0));
    await session.open(cursors);
  }

  /** Reads on from the client, or lets it wait. */
  #regulate(): void {
    if (this.#state === "closed") return;
    const listens = this.#state === "silent" || this.#session?.listening;
    if (listens && !this.#draining) this.#socket.resume();
    else this.#socket.pause();
  }

  #ping(): void {
    const { taken } = this.#writer;
    // While nothing is read from the client, bytes that it takes must do for an answer.
    const isTaking = this.#socket.isPaused && (!this.#writer.paused || taken > this.#taken);
    this.#taken = taken;
    if (isTaking) this.#unanswered = 0;
    if (this.#unanswered === 2) {
      this.close("idle");
      return;
    }
    this.#unanswered++;
    this.#socket.ping();
  }
}

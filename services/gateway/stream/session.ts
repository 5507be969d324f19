import { setTimeout as pause } from "node:timers/promises";
import { v7 as uuid } from "uuid";
import type { CloseReason } from "../../../contract/close-codes.ts";
import { problemOf, type Refusal, refused } from "../../../contract/errors.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import type { Credential } from "../../../contract/principal.ts";
import { backoff } from "../../../mixins/backoff.ts";
import { allows } from "../authenticate.ts";
import { Signals } from "../presence/signals.ts";
import type { Audience, Listener } from "./audience.ts";
import type { Backend } from "./backend.ts";
import { CatchUp } from "./catch-up.ts";
import type { ClientFrame } from "./client-frames.ts";
import { ReadMarks } from "./read-marks.ts";
import { Sends } from "./sends.ts";
import { frameOf } from "./server-frames.ts";
import type { Frame } from "./shared-frame.ts";
import type { Writer } from "./writer.ts";

/** The socket as a session uses it. */
export type Line = {
  writer: Pick<Writer, "write" | "paused">;
  /** Whether more is to be read from the client may have changed. */
  changed(): void;
  close(reason: CloseReason, fault?: string): void;
};

/**
 * One stream of one principal, from its `hello` on: opening (it asks where its conversations end; what the client says
 * waits) → live → closed. Whether it is paused is the writer's to say.
 */
export class Session implements Listener {
  readonly id = uuid();
  readonly credential: Credential;
  readonly audiences = new Set<Audience>();
  readonly behind = new Set<Audience>();
  readonly #line: Line;
  readonly #backend: Backend;
  readonly #catchUp: CatchUp;
  readonly #sends: Sends;
  readonly #marks: ReadMarks;
  readonly #signals: Signals;
  readonly #early: ClientFrame[] = [];
  #overdrawn: Refusal | undefined;
  #state: "opening" | "live" | "closed" = "opening";

  constructor(credential: Credential, line: Line, backend: Backend) {
    this.credential = credential;
    this.#line = line;
    this.#backend = backend;
    const { principalId } = this;
    const { read, failed } = backend;
    this.#catchUp = new CatchUp(this, { read, failed });
    this.#sends = new Sends({
      resolve: (to) => backend.resolve(principalId, to),
      bound: (topic) => backend.bound(principalId, topic),
      post: (conversationId, messages) => backend.post(principalId, conversationId, messages),
      tell: (frame) => this.#tell(frame),
      changed: () => line.changed(),
      failed,
      wait: (attempt) => pause(backoff(attempt)),
    });
    this.#marks = new ReadMarks({
      mark: (conversationId, seq) => backend.mark(principalId, conversationId, seq, this.id),
      changed: () => line.changed(),
      failed,
    });
    this.#signals = new Signals(this, backend.signals);
  }

  get principalId(): string {
    return this.credential.principal.id;
  }

  get paused(): boolean {
    return this.#line.writer.paused;
  }

  /** Whether more of what the client says is to be taken in. */
  get listening(): boolean {
    return this.#state === "live" && !this.paused && !this.#sends.full && !this.#marks.full;
  }

  async open(cursors: Record<string, number>): Promise<void> {
    try {
      await this.#backend.hub.open(this, new Map(Object.entries(cursors)), (heads) => {
        const bySeq = heads.map(({ conversationId, head }) => [conversationId, head.seq]);
        const { id: sessionId, principalId } = this;
        this.#tell({ type: "ready", sessionId, principalId, heads: Object.fromEntries(bySeq) });
        this.#state = "live";
        this.#signals.open();
      });
    } catch (error) {
      this.#backend.failed(error);
      this.#line.close("restarting");
      return;
    }
    this.take(this.#early.splice(0));
    this.#line.changed();
  }

  write(frame: Frame): void {
    this.#line.writer.write(frame);
  }

  /** Whether it may say that it is typing there: its token may send, and it is a member. */
  mayType(conversationId: string): boolean {
    return (
      allows(this.credential, "send") && this.audiences.values().some((one) => one.conversationId === conversationId)
    );
  }

  crowd(): void {
    this.#line.close("tooMany");
  }

  restart(): void {
    this.#line.close("restarting");
  }

  /** The socket has taken everything: what was left out follows. */
  drained(): void {
    this.#signals.drained();
    this.catchUp();
  }

  catchUp(): void {
    this.#catchUp.go();
  }

  /** What the client says, in its order. */
  take(frames: ClientFrame[]): void {
    this.#overdrawn = undefined;
    for (const frame of frames) {
      if (this.#state === "opening") this.#early.push(frame);
      else if (this.#state === "live") this.#handle(frame);
    }
  }

  /** @returns when all that was sent is answered */
  idle(): Promise<void> {
    return this.#sends.idle();
  }

  close(): void {
    this.#state = "closed";
    this.#catchUp.close();
    this.#signals.close();
    this.#backend.hub.close(this);
    this.#sends.abandon();
  }

  #handle(said: ClientFrame): void {
    switch (said.type) {
      case "hello":
        this.#line.close("malformed", "hello: twice");
        break;
      case "send": {
        const { type: _type, ref, to, ...message } = said.frame;
        const refusal = this.#mayNotSend();
        if (refusal) this.#tell({ type: "refused", ref, problem: problemOf(refusal) });
        else this.#sends.push({ ref, to, message: { ...message, clientMessageId: message.clientMessageId ?? uuid() } });
        break;
      }
      case "refused":
        this.#tell({ type: "refused", ref: said.ref, problem: problemOf(said.refusal) });
        break;
      case "read":
        this.#marks.push(said.frame.conversationId, said.frame.seq);
        break;
      default:
        this.#signals.take(said);
    }
  }

  #mayNotSend(): Refusal | undefined {
    if (!allows(this.credential, "send")) return refused("forbidden", "The token lacks the scope send");
    // What comes in one message keeps its order: nothing of it passes what was refused before it, and is sent again.
    this.#overdrawn ??= this.#backend.overdrawn(this.principalId);
    return this.#overdrawn;
  }

  #tell(frame: ServerFrame): void {
    this.write(frameOf(frame));
  }
}

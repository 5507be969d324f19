import type { Sent } from "../../../contract/actions.ts";
import type { NewMessage } from "../../../contract/conversation.ts";
import { type Outcome, problemOf, type Refusal, refusalOf, refusals } from "../../../contract/errors.ts";
import type { Ref, ServerFrame } from "../../../contract/frames.ts";
import { TURN_BYTES, TURN_COMMANDS } from "../../../contract/limits.ts";
import { isId } from "../../../contract/scalars.ts";

/** Sends of one session that may wait, by number and bytes: past it its socket is not read. */
export const WAITING_SENDS = 2048;
export const WAITING_BYTES = 2 * 1024 * 1024;
/** Tries of one send, and milliseconds after which none begins: then the client is told to try itself. */
const TRIES = 6;
const PATIENCE = 10_000;

/** A message on its way; `message.clientMessageId` makes its retries harmless. */
export type Outgoing = { ref: Ref; to: string; message: NewMessage & { clientMessageId: string } };
type Weighed = Outgoing & { bytes: number };

type Options = {
  /** The conversation that an address means. */
  resolve(to: string): Promise<string>;
  post(conversationId: string, messages: NewMessage[]): Promise<Outcome<Sent>[]>;
  tell(frame: ServerFrame): void;
  /** Whether more is to be read from the client has changed. */
  changed(): void;
  /** What no client caused. */
  failed(error: unknown): void;
  /** Waits before another try, counted from 0. */
  wait(attempt: number): Promise<void>;
};

/**
 * One session's sends: to each conversation in the order sent. Addresses are resolved one after the other, since two may
 * mean one conversation; then each conversation has one call in flight, which carries all that waits.
 */
export class Sends {
  readonly #options: Options;
  readonly #unresolved: Weighed[] = [];
  /** By conversation, what waits for the call in flight. */
  readonly #lanes = new Map<string, Weighed[]>();
  #resolving = false;
  #abandoned = false;
  #count = 0;
  #bytes = 0;
  #idle: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  get full(): boolean {
    return this.#count >= WAITING_SENDS || this.#bytes >= WAITING_BYTES;
  }

  push(send: Outgoing): void {
    const weighed = { ...send, bytes: Buffer.byteLength(JSON.stringify(send.message)) };
    this.#count++;
    this.#bytes += weighed.bytes;
    if (this.full) this.#options.changed();
    if (!this.#resolving && isId(send.to)) {
      this.#line(send.to, weighed);
      return;
    }
    this.#unresolved.push(weighed);
    if (!this.#resolving) void this.#resolve();
  }

  /** @returns when all that was sent is answered */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /**
   * Drops what is not yet on its way, and tries nothing again: its client is gone, or its token revoked, and may be
   * sending it elsewhere, where nothing that was sent after it must have passed it.
   */
  abandon(): void {
    this.#abandoned = true;
    for (const waiting of [this.#unresolved, ...this.#lanes.values()]) {
      for (const send of waiting.splice(0)) this.#done(send);
    }
  }

  async #resolve(): Promise<void> {
    this.#resolving = true;
    for (let send = this.#unresolved.shift(); send; send = this.#unresolved.shift()) {
      await this.#ask([send], this.#address, (resolved, outcome) => {
        if (this.#abandoned) this.#done(resolved);
        else if ("ok" in outcome) this.#line(outcome.ok, resolved);
        else this.#refuse(resolved, outcome.refused);
      });
    }
    this.#resolving = false;
  }

  readonly #address = (sends: Weighed[]): Promise<Outcome<string>[]> =>
    Promise.all(sends.map(async ({ to }) => ({ ok: isId(to) ? to : await this.#options.resolve(to) })));

  #line(conversationId: string, send: Weighed): void {
    const lane = this.#lanes.get(conversationId);
    if (lane) lane.push(send);
    else {
      const begun = [send];
      this.#lanes.set(conversationId, begun);
      void this.#run(conversationId, begun);
    }
  }

  async #run(conversationId: string, waiting: Weighed[]): Promise<void> {
    // What came in one piece goes in one call.
    await undefined;
    const post = (sends: Weighed[]) =>
      this.#options.post(
        conversationId,
        sends.map(({ message }) => message),
      );
    while (waiting.length > 0) {
      await this.#ask(takeTurn(waiting), post, (send, outcome) => {
        if ("ok" in outcome) {
          this.#acknowledge(send, outcome.ok);
          return;
        }
        this.#refuse(send, outcome.refused);
        // It may be sent again: what was sent after it must not pass it.
        if (refusals[outcome.refused.type].retryable)
          for (const later of waiting.splice(0)) this.#refuse(later, outcome.refused);
      });
    }
    this.#lanes.delete(conversationId);
  }

  /** Asks until each send has an outcome that another try would not change, or patience ends. Does not throw. */
  async #ask<T>(
    sends: Weighed[],
    ask: (sends: Weighed[]) => Promise<Outcome<T>[]>,
    settle: (send: Weighed, outcome: Outcome<T>) => void,
  ): Promise<void> {
    const end = Date.now() + PATIENCE;
    let rest = sends;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt > 0) await this.#options.wait(attempt - 1);
      if (this.#abandoned) {
        for (const send of rest) this.#done(send);
        return;
      }
      const outcomes = await this.#outcomes(rest, ask);
      const isLast = this.#abandoned || attempt === TRIES - 1 || Date.now() > end;
      const again: Weighed[] = [];
      for (const [index, send] of rest.entries()) {
        const outcome = outcomes[index] ?? { refused: refusalOf(undefined) };
        if (!isLast && "refused" in outcome && refusals[outcome.refused.type].retryable) again.push(send);
        else settle(send, outcome);
      }
      rest = again;
    }
  }

  async #outcomes<T>(sends: Weighed[], ask: (sends: Weighed[]) => Promise<Outcome<T>[]>): Promise<Outcome<T>[]> {
    try {
      return await ask(sends);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.type === "internal") this.#options.failed(error);
      return sends.map(() => ({ refused: refusal }));
    }
  }

  #acknowledge(send: Weighed, { conversationId, seq, sentAt, hash }: Sent): void {
    this.#options.tell({ type: "ack", ref: send.ref, conversationId, seq, sentAt, hash });
    this.#done(send);
  }

  #refuse(send: Weighed, refusal: Refusal): void {
    this.#options.tell({ type: "refused", ref: send.ref, problem: problemOf(refusal) });
    this.#done(send);
  }

  #done({ bytes }: Weighed): void {
    const wasFull = this.full;
    this.#count--;
    this.#bytes -= bytes;
    if (wasFull && !this.full) this.#options.changed();
    if (this.#count === 0) this.#idle();
  }
}

/** Takes what one call may carry: at least one send, else up to the bounds of a turn. */
function takeTurn(waiting: Weighed[]): Weighed[] {
  let bytes = 0;
  let count = 0;
  for (const send of waiting) {
    if (count === TURN_COMMANDS || (count > 0 && bytes + send.bytes > TURN_BYTES)) break;
    bytes += send.bytes;
    count++;
  }
  return waiting.splice(0, count);
}

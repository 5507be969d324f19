import type { Posting, Stored } from "../../../contract/actions.ts";
import { parseAddress } from "../../../contract/address.ts";
import type { NewMessage } from "../../../contract/conversation.ts";
import type { Receipt } from "../../../contract/entry.ts";
import { type Outcome, problemOf, type Refusal, refusals, type TopicReceipts } from "../../../contract/errors.ts";
import type { Ref, ServerFrame } from "../../../contract/frames.ts";
import { gather } from "../../../contract/gather.ts";
import { isId } from "../../../contract/scalars.ts";
import { checkMessage } from "../../../contract/well-formed.ts";
import { Attempts, type Trying } from "./attempts.ts";
import { Lanes } from "./lanes.ts";

/** Sends of one session that may wait, by number and bytes: past it its socket is not read. */
export const WAITING_SENDS = 2048;
export const WAITING_BYTES = 2 * 1024 * 1024;
/** Copies of its messages to topics on their way: past it no further address is looked up, until some are answered. */
export const WAITING_COPIES = 16_384;

/** A message on its way; `message.clientMessageId` makes its retries harmless. */
export type Outgoing = { ref: Ref; to: string; message: NewMessage & { clientMessageId: string } };
type Waiting = Outgoing & { bytes: number; drop(): void };

/** Where a message goes: to one conversation, or to those that are bound to a topic. */
type Destination = { conversationId: string } | (Bound & { topic: string });
export type Bound = { conversationIds: string[]; beyond: number };

type Options = Trying & {
  /** The conversation that an address means. */
  resolve(to: string): Promise<string>;
  bound(topic: string): Promise<Bound>;
  post(conversationId: string, messages: Posting[]): Promise<Outcome<Stored>[]>;
  tell(frame: ServerFrame): void;
  /** Whether more is to be read from the client has changed. */
  changed(): void;
};

/**
 * One session's sends: to each conversation in the order sent. Addresses are resolved one after the other, since two may
 * mean one conversation, or a topic several; then each conversation has a lane of its own.
 */
export class Sends {
  readonly #options: Options;
  readonly #attempts: Attempts;
  readonly #lanes: Lanes;
  readonly #unresolved: Waiting[] = [];
  #resolving = false;
  #count = 0;
  #bytes = 0;
  #copies = 0;
  #room: () => void = () => {};
  #idle: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
    this.#attempts = new Attempts(options);
    this.#lanes = new Lanes(this.#attempts, options.post);
  }

  get full(): boolean {
    return this.#count >= WAITING_SENDS || this.#bytes >= WAITING_BYTES;
  }

  push(outgoing: Outgoing): void {
    const bytes = Buffer.byteLength(JSON.stringify(outgoing.message));
    const send: Waiting = { ...outgoing, bytes, drop: () => this.#done(send) };
    this.#count++;
    this.#bytes += bytes;
    if (this.full) this.#options.changed();
    if (!this.#resolving && isId(send.to)) {
      this.#line(send.to, send);
      return;
    }
    this.#unresolved.push(send);
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
    this.#attempts.abandon();
    for (const send of this.#unresolved.splice(0)) send.drop();
    this.#lanes.drop();
  }

  async #resolve(): Promise<void> {
    this.#resolving = true;
    for (let next = this.#unresolved.shift(); next; next = this.#unresolved.shift()) {
      await this.#attempts.make([next], this.#destinations, (send, outcome) => {
        if (this.#attempts.abandoned) send.drop();
        else if ("refused" in outcome) this.#unresolvable(send, outcome.refused);
        else if ("topic" in outcome.ok) this.#spread(outcome.ok, send);
        else this.#line(outcome.ok.conversationId, send);
      });
      if (this.#copies >= WAITING_COPIES) await new Promise<void>((resolve) => (this.#room = resolve));
    }
    this.#resolving = false;
  }

  #unresolvable(send: Waiting, refusal: Refusal): void {
    this.#refuse(send, refusal);
    // It may be sent again: what was sent after it, maybe to the same conversation, must not pass it.
    if (refusals[refusal.type].retryable) for (const later of this.#unresolved.splice(0)) this.#refuse(later, refusal);
  }

  readonly #destinations = (sends: Waiting[]): Promise<Outcome<Destination>[]> =>
    Promise.all(sends.map(async (send) => ({ ok: await this.#destination(send) })));

  async #destination({ to, message }: Waiting): Promise<Destination> {
    const address = parseAddress(to);
    if (address?.kind === "conversation") return { conversationId: address.id };
    if (address?.kind !== "topic") return { conversationId: await this.#options.resolve(to) };
    // What is wrong with it is told here, else every conversation would say so.
    checkMessage(message);
    return { topic: address.topic, ...(await this.#options.bound(address.topic)) };
  }

  #line(conversationId: string, send: Waiting): void {
    const settle = (outcome: Outcome<Stored>) => {
      if ("refused" in outcome) this.#refuse(send, outcome.refused);
      else {
        const { conversationId: stored, seq, sentAt, hash } = outcome.ok;
        this.#acknowledge(send, { conversationId: stored, seq, sentAt, hash });
      }
    };
    this.#lanes.line(conversationId, { ...send, settle });
  }

  /** A copy in the lane of each conversation, so that none passes what was sent there before it, nor is passed. */
  #spread({ topic, conversationIds, beyond }: Bound & { topic: string }, send: Waiting): void {
    const message = { ...send.message, topic };
    const outcomes = new Map<string, Outcome<Stored>>();
    let open = conversationIds.length;
    this.#copies += open;
    const close = () => {
      open -= 1;
      this.#copies -= 1;
      if (this.#copies < WAITING_COPIES) this.#room();
      if (open > 0) return;
      const gathered = gather(outcomes, message.clientMessageId, beyond);
      if (outcomes.size < conversationIds.length) send.drop();
      else if ("refused" in gathered) this.#refuse(send, gathered.refused);
      else this.#acknowledge(send, { receipts: gathered.ok.receipts, unseen: gathered.ok.unseen });
    };
    for (const conversationId of conversationIds) {
      const settle = (outcome: Outcome<Stored>) => {
        outcomes.set(conversationId, outcome);
        close();
      };
      this.#lanes.line(conversationId, { message, bytes: send.bytes, settle, drop: close });
    }
  }

  #acknowledge(send: Waiting, stored: Receipt | TopicReceipts): void {
    this.#options.tell({ type: "ack", ref: send.ref, ...stored });
    this.#done(send);
  }

  #refuse(send: Waiting, refusal: Refusal): void {
    this.#options.tell({ type: "refused", ref: send.ref, problem: problemOf(refusal) });
    this.#done(send);
  }

  #done({ bytes }: Waiting): void {
    const wasFull = this.full;
    this.#count--;
    this.#bytes -= bytes;
    if (wasFull && !this.full) this.#options.changed();
    if (this.#count === 0) this.#idle();
  }
}

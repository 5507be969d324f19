import { Outbox } from "./outbox.ts";
import { Refusals } from "./refusals.ts";
import { uuid } from "./uuid.ts";
import type { Message, Problem, Published, Receipt } from "./words.ts";

/** The connection as sends use it. */
type Line = {
  readonly isGreeted: boolean;
  write(text: string): void;
  /** It has proven good, or goes for another. */
  praise(): void;
  leave(): void;
};

/** The outbox at work: what is sent in one breath leaves in one message, what was refused for the moment when it may. */
export class Sends {
  readonly #line: Line;
  readonly #outbox = new Outbox();
  readonly #refusals = new Refusals();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isFlushing = false;
  #isClosed = false;

  constructor(line: Line) {
    this.#line = line;
  }

  get size(): number {
    return this.#outbox.size;
  }

  get isUnderWay(): boolean {
    return this.#outbox.isUnderWay;
  }

  push(to: string, message: Message, patience: number): Promise<Receipt | Published> {
    const { clientMessageId = uuid() } = message;
    const answer = this.#outbox.push(to, { ...message, clientMessageId }, patience);
    if (this.#isClosed) this.#outbox.close();
    this.flush();
    return answer;
  }

  acknowledged(ref: string | number, answer: Receipt | Published): void {
    this.#line.praise();
    this.#refusals.acknowledged();
    this.#outbox.acknowledged(ref, answer);
    this.flush();
  }

  refused(ref: string | number, problem: Problem): void {
    if (problem.status === 503) this.#refusals.refused();
    this.#outbox.refused(ref, problem);
    this.flush();
  }

  interrupted(): void {
    this.#refusals.forget();
    this.#outbox.interrupted();
  }

  /** To be called once a second. */
  look(): void {
    this.#outbox.expire();
    if (this.#refusals.areUnbearable()) this.#line.leave();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#outbox.close();
  }

  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      if (!this.#line.isGreeted) return;
      for (let text = this.#outbox.take(); text !== undefined; text = this.#outbox.take()) this.#line.write(text);
      clearTimeout(this.#timer);
      const { nextTry } = this.#outbox;
      if (nextTry !== undefined) this.#timer = setTimeout(() => this.flush(), nextTry);
    });
  }
}

import type { Worker } from "node:worker_threads";
import { refuse } from "../contract/errors.ts";

/**
 * A worker thread that answers questions, one after the other, in the order in which it is asked. Both are best texts: JSON
 * costs a third of what cloning objects does, on both sides. One that dies is replaced when it is next asked.
 */
export class Thread<Question, Answer> {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #asked: PromiseWithResolvers<Answer>[] = [];

  /** @param start starts a worker, which posts one answer for each question that it gets */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  /** @throws unavailable when the thread dies before it has answered: what it did is not known */
  ask(question: Question): Promise<Answer> {
    this.#worker ??= this.#listened(this.#start());
    this.#worker.postMessage(question);
    const asked = Promise.withResolvers<Answer>();
    this.#asked.push(asked);
    return asked.promise;
  }

  /** Ends it after what it was asked; `last` is what makes it end. */
  async end(last: Question): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    await this.ask(last).catch(() => undefined);
    await gone;
  }

  #listened(worker: Worker): Worker {
    worker.on("message", (answer: Answer) => {
      // Of one that was lost nobody waits for an answer any more: the next in line has asked another.
      if (this.#worker === worker) this.#asked.shift()?.resolve(answer);
    });
    worker.on("error", (error) => this.#lose(worker, error.message));
    worker.on("exit", () => this.#lose(worker, "it ended"));
    return worker;
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = this.#asked;
    this.#asked = [];
    for (const { reject } of lost)
      reject(refuse("unavailable", `A thread was lost (${reason}): what was under way may be done or not`));
  }
}

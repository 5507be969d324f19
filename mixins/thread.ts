import { Worker } from "node:worker_threads";
import { refuse } from "../contract/errors.ts";

/**
 * A worker thread that answers questions, one after the other, in the order in which it is asked. Both go as JSON, which
 * costs less than cloning their objects. One that dies is replaced when it is next asked.
 */
export class Thread<Question, Answer> {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #asked: PromiseWithResolvers<Answer>[] = [];

  /** @param file of the worker: it posts one text for each that it gets */
  constructor(file: URL, workerData: unknown) {
    this.#start = () => new Worker(file, { workerData });
  }

  /** @throws unavailable when the thread dies before it has answered: what it did is not known */
  ask(question: Question): Promise<Answer> {
    this.#worker ??= this.#listened(this.#start());
    const asked = Promise.withResolvers<Answer>();
    this.#asked.push(asked);
    this.#worker.postMessage(JSON.stringify(question));
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
    worker.on("message", (text: string) => this.#asked.shift()?.resolve(JSON.parse(text)));
    worker.on("error", (error) => this.#lose(worker, error.message));
    worker.on("exit", () => this.#lose(worker, "it ended"));
    return worker;
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = this.#asked;
    this.#asked = [];
    for (const { reject } of lost) reject(refuse("unavailable", `A thread was lost: ${reason}`));
  }
}

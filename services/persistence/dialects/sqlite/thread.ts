import { Worker } from "node:worker_threads";
import type { Append, Appended } from "../../../../contract/append.ts";
import { refuse } from "../../../../contract/errors.ts";
import type { Written } from "../dialect.ts";
import type { Sql } from "./writer.ts";

/**
 * One message each way for each piece of work; the worker answers in the order in which it was asked. Batches and their
 * outcomes go as JSON: measured, a third of the time that cloning their objects takes on both sides.
 */
export type Question =
  | { type: "open" }
  | { type: "commit"; batch: string }
  | { type: "write"; statements: readonly Sql[] }
  | { type: "close" };

export type Answer =
  | { type: "done" }
  | { type: "committed"; outcomes: string }
  | { type: "written"; written: Written }
  | { type: "failed"; message: string; unknown: boolean };

const startWorker = (path: string): Worker =>
  new Worker(new URL("./sqlite.worker.ts", import.meta.url), { workerData: { path } });

/** The main thread's side of the writer. A worker that dies is replaced when it is next needed. */
export class WriterThread {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #asked: PromiseWithResolvers<Answer>[] = [];

  constructor(path: string, start: (path: string) => Worker = startWorker) {
    this.#start = () => start(path);
  }

  async open(): Promise<void> {
    await this.#ask({ type: "open" });
  }

  async commit(batch: readonly Append[]): Promise<Appended[]> {
    const answer = await this.#ask({ type: "commit", batch: JSON.stringify(batch) });
    if (answer.type !== "committed") throw unexpected(answer);
    return JSON.parse(answer.outcomes);
  }

  async write(statements: readonly Sql[]): Promise<Written> {
    const answer = await this.#ask({ type: "write", statements });
    if (answer.type !== "written") throw unexpected(answer);
    return answer.written;
  }

  /** Ends the worker after what it was asked. Whether closing succeeds matters no more: all that was told is durable. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    await this.#ask({ type: "close" }).catch(() => undefined);
    await gone;
  }

  async #ask(question: Question): Promise<Answer> {
    this.#worker ??= this.#listened(this.#start());
    const asked = Promise.withResolvers<Answer>();
    this.#asked.push(asked);
    this.#worker.postMessage(question);
    const answer = await asked.promise;
    if (answer.type !== "failed") return answer;
    throw answer.unknown ? unavailable(answer.message) : new Error(answer.message);
  }

  #listened(worker: Worker): Worker {
    worker.on("message", (answer: Answer) => this.#asked.shift()?.resolve(answer));
    worker.on("error", (error) => this.#lose(worker, error.message));
    worker.on("exit", () => this.#lose(worker, "it ended"));
    return worker;
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = this.#asked;
    this.#asked = [];
    for (const { reject } of lost) reject(unavailable(`its writer was lost, ${reason}`));
  }
}

const unavailable = (reason: string) =>
  refuse("unavailable", `The database does not write (${reason}): what was under way may be stored or not`);

const unexpected = (answer: Answer) => new Error(`The writer answered "${answer.type}" to something else`);

import { Worker } from "node:worker_threads";
import type { Append, Appended } from "../../../../contract/append.ts";
import { type RefusalName, refuse } from "../../../../contract/errors.ts";
import type { Written } from "../dialect.ts";
import type { Sql } from "./writer.ts";

/** One message each way for each piece of work; the worker answers in the order in which it was asked. */
export type Question =
  | { type: "open" }
  | { type: "commit"; batch: readonly Append[] }
  | { type: "write"; statements: readonly Sql[] }
  | { type: "close" };

export type Answer =
  | { type: "done" }
  | { type: "committed"; outcomes: Appended[] }
  | { type: "written"; written: Written }
  | { type: "failed"; message: string; refusal?: RefusalName };

type Asked = PromiseWithResolvers<Answer>;

/** The main thread's side of the writer. A worker that dies is replaced when it is next needed. */
export class WriterThread {
  readonly #path: string;
  #worker: Worker | undefined;
  #asked: Asked[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    await this.#ask({ type: "open" });
  }

  async commit(batch: readonly Append[]): Promise<Appended[]> {
    const answer = await this.#ask({ type: "commit", batch });
    if (answer.type !== "committed") throw unexpected(answer);
    return answer.outcomes;
  }

  async write(statements: readonly Sql[]): Promise<Written> {
    const answer = await this.#ask({ type: "write", statements });
    if (answer.type !== "written") throw unexpected(answer);
    return answer.written;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    await this.#ask({ type: "close" });
    await gone;
  }

  async #ask(question: Question): Promise<Answer> {
    this.#worker ??= this.#start();
    const asked = Promise.withResolvers<Answer>();
    this.#asked.push(asked);
    this.#worker.postMessage(question);
    const answer = await asked.promise;
    if (answer.type !== "failed") return answer;
    throw answer.refusal ? refuse(answer.refusal, answer.message) : new Error(answer.message);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./sqlite.worker.ts", import.meta.url), { workerData: { path: this.#path } });
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
    for (const { reject } of lost) {
      reject(refuse("unavailable", `The database's writer was lost (${reason}); what was under way may be stored`));
    }
  }
}

const unexpected = (answer: Answer) => new Error(`The writer answered "${answer.type}" to something else`);

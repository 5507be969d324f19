import { Worker } from "node:worker_threads";
import type { Append, Appended } from "../../../../contract/append.ts";
import { refuse } from "../../../../contract/errors.ts";
import { Thread } from "../../../../mixins/thread.ts";
import type { Written } from "../dialect.ts";
import type { Sql } from "./writer.ts";

/** One message each way for each piece of work; batches and their outcomes, of which there are many, as JSON. */
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

/** The main thread's side of the writer. */
export class WriterThread {
  readonly #thread: Thread<Question, Answer>;

  constructor(path: string, start: (path: string) => Worker = startWorker) {
    this.#thread = new Thread(() => start(path));
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

  /** After what it was asked. Whether closing succeeds matters no more: all that was told is durable. */
  close(): Promise<void> {
    return this.#thread.end({ type: "close" });
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await this.#thread.ask(question);
    if (answer.type !== "failed") return answer;
    throw answer.unknown
      ? refuse(
          "unavailable",
          `The database does not write (${answer.message}): what was under way may be stored or not`,
        )
      : new Error(answer.message);
  }
}

const unexpected = (answer: Answer) => new Error(`The writer answered "${answer.type}" to something else`);

import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { LogCursor } from "../../../../contract/actions/readers.ts";
import { refuse } from "../../../../contract/errors.ts";
import { Thread } from "../../../../mixins/thread.ts";
import type { Changes, Hit, Index, Lookup } from "../engine.ts";
import { type Answer, PATIENCE, type Question } from "./questions.ts";

/** Lookups that may wait; past it they are refused (G8). */
const WAITING = 64;

/** Of the thread that fills: where there is more to do than a machine can, messages are routed first and found later. */
const NICE = 5;

const startWorker = (workerData: { path: string; makes: boolean; nice: number }): Worker =>
  new Worker(new URL("./fts5.worker.ts", import.meta.url), { workerData });

/** Questions and answers as JSON. */
type IndexThread = Thread<string, string>;
const CLOSE = JSON.stringify({ type: "close" } satisfies Question);

/** One file of an index: a thread fills it, another looks into it. Once closed it answers nothing more. */
export class FileIndex implements Index {
  readonly path: string;
  readonly #opened: Promise<unknown>;
  readonly #damaged: (index: FileIndex, reason: string) => void;
  readonly #writer: IndexThread;
  readonly #finder: IndexThread;
  /** That the writer has made the file, where there was none. */
  #made: Promise<unknown> | undefined;
  #finding = 0;
  #closed = false;

  /**
   * @param opened what is to happen before the file is touched
   * @param damaged hears that the file is no index any more
   */
  constructor(path: string, opened: Promise<unknown>, damaged: (index: FileIndex, reason: string) => void) {
    this.path = path;
    this.#opened = opened.catch((error: unknown) => {
      throw broken(error);
    });
    // Told to whoever asks.
    this.#opened.catch(() => {});
    this.#damaged = damaged;
    this.#writer = new Thread(() => startWorker({ path, makes: true, nice: NICE }));
    this.#finder = new Thread(() => startWorker({ path, makes: false, nice: 0 }));
  }

  async cursors(): Promise<LogCursor[]> {
    const answer = await this.#ask(this.#writer, { type: "cursors" });
    return answer.type === "cursors" ? answer.cursors : unexpected(answer);
  }

  async apply(changes: Changes): Promise<void> {
    const answer = await this.#ask(this.#writer, { type: "apply", changes });
    if (answer.type !== "done") unexpected(answer);
  }

  async find(lookup: Lookup): Promise<Hit[]> {
    if (this.#finding >= WAITING) throw refuse("unavailable", "Too many searches are waiting; try again");
    const { since, until } = lookup;
    const finite = { since: Number.isFinite(since) ? since : null, until: Number.isFinite(until) ? until : null };
    const question: Question = { type: "find", lookup: { ...lookup, ...finite, now: Date.now() } };
    this.#finding += 1;
    const asked = this.#look(question).finally(() => {
      this.#finding -= 1;
    });
    const answer = await inTime(asked);
    return answer.type === "hits" ? answer.hits : unexpected(answer);
  }

  /** After what it was asked. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opened.catch(() => {});
    await this.#finder.end(CLOSE);
    await this.#writer.end(CLOSE);
  }

  async destroy(): Promise<void> {
    await this.close();
    removeIndex(this.path);
  }

  async #look(question: Question): Promise<Answer> {
    this.#made ??= this.#ask(this.#writer, { type: "open" }).catch((error) => {
      this.#made = undefined;
      throw error;
    });
    await this.#made;
    return this.#ask(this.#finder, question);
  }

  async #ask(thread: IndexThread, question: Question): Promise<Answer> {
    await this.#opened;
    if (this.#closed) throw refuse("unavailable", "The index is being replaced; try again");
    const answer: Answer = JSON.parse(await thread.ask(JSON.stringify(question)));
    if (answer.type !== "failed") return answer;
    if (answer.damaged) this.#damaged(this, answer.message);
    throw broken(new Error(answer.message));
  }
}

/** The file, and what SQLite keeps beside it. */
export function removeIndex(path: string): void {
  for (const end of ["-wal", "-shm", ""]) rmSync(`${path}${end}`, { force: true });
}

/** The cause is for the log: it names files. */
const broken = (cause: unknown) => Object.assign(refuse("unavailable", "The search index does not answer"), { cause });

function unexpected({ type }: Answer): never {
  throw new Error(`The index answered "${type}" to something else`);
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refuse("unavailable", "Searching takes too long at the moment")), PATIENCE);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

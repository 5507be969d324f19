import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import { prepareApply } from "./apply.ts";
import { prepareCursors, prepareFind } from "./find.ts";
import type { Answer, Question } from "./questions.ts";
import { isDamage, openIndex } from "./schema.ts";

/** A connection to an index in a thread of its own: neither looking for words nor indexing them stalls the event loop. */

/** Gives way to other threads, where each has a priority of its own: on Linux, whose link is to `<process>/task/<thread>`. */
function giveWay(nice: number): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), nice);
  } catch {
    // It shares the machine as others do.
  }
}

if (workerData.nice > 0) giveWay(workerData.nice);

const prepare = (db: Database) => ({
  db,
  apply: prepareApply(db),
  find: prepareFind(db),
  cursors: prepareCursors(db),
});
let index: ReturnType<typeof prepare> | undefined;

function open() {
  index ??= prepare(openIndex(workerData.path));
  return index;
}

function close(): void {
  const closing = index;
  index = undefined;
  closing?.db.close();
}

function answer(question: Question): Answer {
  try {
    switch (question.type) {
      case "cursors":
        return { type: "cursors", cursors: open().cursors() };
      case "apply":
        open().apply(question.changes);
        return { type: "done" };
      case "find":
        return { type: "hits", hits: open().find(question.lookup) };
      case "close":
        close();
        return { type: "done" };
    }
  } catch (error) {
    // Opened anew by the next question: a disk that failed may do no more.
    Promise.try(close).catch(() => {});
    return {
      type: "failed",
      message: error instanceof Error ? error.message : String(error),
      damaged: isDamage(error),
    };
  }
}

parentPort?.on("message", (text: string) => {
  const question: Question = JSON.parse(text);
  parentPort?.postMessage(JSON.stringify(answer(question)));
  if (question.type === "close") parentPort?.close();
});

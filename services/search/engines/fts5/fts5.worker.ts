import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Database } from "better-sqlite3";
import { prepareApply } from "./apply.ts";
import { prepareCursors, prepareFind } from "./find.ts";
import { type Answer, PATIENCE, type Question } from "./questions.ts";
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
/** Whether there may be none yet: later, one that is empty was taken away, and what is known of its cursors with it. */
let isFirst: boolean = workerData.makes;

function open() {
  index ??= prepare(openIndex(workerData.path, isFirst));
  isFirst = false;
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
      case "open":
        open();
        return { type: "done" };
      case "cursors":
        return { type: "cursors", cursors: open().cursors() };
      case "apply":
        open().apply(question.changes);
        return { type: "done" };
      case "find":
        // After one that took long, those whose askers have gone would keep all others waiting.
        if (Date.now() - question.lookup.now > PATIENCE) return failed("nobody waits for it any more");
        return { type: "hits", hits: open().find(question.lookup) };
      case "close":
        close();
        return { type: "done" };
    }
  } catch (error) {
    // Opened anew by the next question: a disk that failed may do no more.
    Promise.try(close).catch(() => {});
    return failed(error instanceof Error ? error.message : String(error), isDamage(error));
  }
}

const failed = (message: string, damaged = false): Answer => ({ type: "failed", message, damaged });

parentPort?.on("message", (text: string) => {
  const question: Question = JSON.parse(text);
  parentPort?.postMessage(JSON.stringify(answer(question)));
  if (question.type === "close") parentPort?.close();
});

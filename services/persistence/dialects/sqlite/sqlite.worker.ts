import { parentPort, workerData } from "node:worker_threads";
import { isRefusalName, typeOf } from "../../../../contract/errors.ts";
import type { Answer, Question } from "./thread.ts";
import { Writer } from "./writer.ts";

/** The writer in a thread of its own: neither SQL nor a sync of the disk stalls the event loop. */
const writer = new Writer(workerData.path);

function answer(question: Question): Answer {
  try {
    switch (question.type) {
      case "open":
        writer.open();
        return { type: "done" };
      case "commit":
        return { type: "committed", outcomes: writer.commit(question.batch) };
      case "write":
        return { type: "written", written: writer.write(question.statements) };
      case "close":
        writer.close();
        return { type: "done" };
    }
  } catch (error) {
    const type = typeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    return { type: "failed", message, ...(isRefusalName(type) ? { refusal: type } : {}) };
  }
}

parentPort?.on("message", (question: Question) => {
  parentPort?.postMessage(answer(question));
  if (question.type === "close") parentPort?.close();
});

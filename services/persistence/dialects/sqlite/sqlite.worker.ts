import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Question } from "./thread.ts";
import { OutcomeUnknown, Writer } from "./writer.ts";

/** The writer in a thread of its own: neither SQL nor a sync of the disk stalls the event loop. */
const writer = new Writer(workerData.path);

function answer(question: Question): Answer {
  try {
    switch (question.type) {
      case "open":
        writer.open();
        return { type: "done" };
      case "commit":
        return { type: "committed", outcomes: JSON.stringify(writer.commit(JSON.parse(question.batch))) };
      case "write":
        return { type: "written", written: writer.write(question.statements) };
      case "close":
        writer.close();
        return { type: "done" };
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { type: "failed", message, unknown: error instanceof OutcomeUnknown };
  }
}

parentPort?.on("message", (question: Question) => {
  parentPort?.postMessage(answer(question));
  if (question.type === "close") parentPort?.close();
});

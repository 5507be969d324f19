import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { typeOf } from "../../../contract/errors.ts";
import { Thread } from "../../../mixins/thread.ts";

const ECHO = `const { parentPort } = require("node:worker_threads");
  parentPort.on("message", (text) => {
    parentPort.postMessage(text);
    if (text === "end") parentPort.close();
  });`;

describe("a thread", () => {
  it("that was lost answers nobody: who asks the next one gets that one's answer", async () => {
    const workers: Worker[] = [];
    const thread = new Thread<string, string>(() => {
      const worker = new Worker(ECHO, { eval: true });
      workers.push(worker);
      return worker;
    });
    try {
      expect(await thread.ask("first")).to.equal("first");
      const lost = thread.ask("second").catch(typeOf);
      // Node tells an error on a way of its own, past what the worker has posted before.
      workers[0]?.emit("error", new Error("out of memory"));
      const next = thread.ask("third");
      expect([await lost, await next]).to.deep.equal(["unavailable", "third"]);
      await thread.end("end");
      expect(workers).to.have.length(2);
    } finally {
      for (const worker of workers) await worker.terminate();
    }
  });
});

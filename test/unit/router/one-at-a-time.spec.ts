import { expect } from "chai";
import { OneAtATime } from "../../../services/router/one-at-a-time.ts";

describe("one at a time", () => {
  it("is done in order, whatever fails, and beside the work on other keys", async () => {
    const done: string[] = [];
    const turns = new OneAtATime();
    const gate = Promise.withResolvers<void>();
    const first = turns.through("a", async () => {
      await gate.promise;
      done.push("first");
      throw new Error("no");
    });
    const second = turns.through("a", async () => done.push("second"));
    const third = turns.through("a", async () => done.push("third"));
    await turns.through("b", async () => done.push("beside"));
    gate.resolve();
    expect(await first.catch((error) => error.message)).to.equal("no");
    await Promise.all([second, third]);
    expect(done).to.deep.equal(["beside", "first", "second", "third"]);
  });
});

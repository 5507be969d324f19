import { expect } from "chai";
import { turn } from "../../../services/router/turn.ts";
import { ana, bob, cleo, conversation, create, dora, edit, here, join, post, when } from "../../support/given.ts";
import { MemoryLog } from "../../support/memory-log.ts";

/** A log that tells what was looked up in it. */
class Watched extends MemoryLog {
  readonly asked: number[][] = [];

  override facts(conversationId: string, seqs: number[]) {
    this.asked.push(seqs);
    return super.facts(conversationId, seqs);
  }

  override targets(conversationId: string, seqs: number[]) {
    this.asked.push(seqs);
    return super.targets(conversationId, seqs);
  }
}

describe("what a batch names", () => {
  const room = conversation("room", { [ana]: "owner" });

  it("G5 is looked up for members alone: a stranger's wait tells nothing", async () => {
    const log = new Watched();
    await when([], [room, post(ana, "hello")], log);
    const state = await log.activate(here);
    const commands = [edit(dora, 3, "mine"), post(dora, "x", { replyTo: 3 }), join(dora), edit(dora, 3, "still")];
    const { answers } = await turn(state, commands, log);
    expect(answers.map((answer) => "refused" in answer && answer.refused.type)).to.deep.equal(
      commands.map(() => "not-found"),
    );
    expect(log.asked).to.deep.equal([]);
    await turn(state, [edit(ana, 3, "again")], log);
    expect(log.asked).to.deep.equal([[3]]);
  });

  it("is looked up for who comes in within the batch, invited by who did so himself", async () => {
    const log = new MemoryLog();
    await when([], [create(ana), post(ana, "hello")], log);
    const commands = [join(ana, bob), join(bob, cleo), post(cleo, "an answer", { replyTo: 3 }), edit(cleo, 3, "no")];
    const { outcomes } = await when([], commands, log);
    expect(outcomes.map((outcome) => "refused" in outcome && outcome.refused.type)).to.deep.equal([
      false,
      false,
      false,
      "forbidden",
    ]);
  });
});

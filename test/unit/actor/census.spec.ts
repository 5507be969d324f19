import { expect } from "chai";
import { Activations } from "../../../mixins/actor/activations.ts";
import { until } from "../../support/until.ts";

const nothing = () => {};
const observer = { activated: nothing, turned: nothing, crashed: nothing, rested: nothing, overruled: nothing };

describe("The actors of a node", () => {
  it("are counted, those with the most waiting first", async () => {
    const gate = Promise.withResolvers<void>();
    let turns = 0;
    const actors = new Activations<null, string, string>(
      {
        activate: async () => null,
        async turn(state, commands) {
          turns++;
          if (commands.includes("wait")) await gate.promise;
          return { state, answers: commands, tell: nothing };
        },
        crashed: String,
      },
      observer,
    );
    for (const key of ["quiet", "lively", "lively"]) await actors.tell(key, ["go"], 1);
    const answers = [actors.tell("blocked", ["wait"], 1)];
    await until(() => turns === 4, "the blocked turn");
    answers.push(actors.tell("blocked", ["a", "b"], 2));

    expect(actors.census(2)).to.deep.equal({
      active: 3,
      waiting: 3,
      busiest: [
        { key: "blocked", waiting: 2, handled: 0 },
        { key: "lively", waiting: 0, handled: 2 },
      ],
    });
    gate.resolve();
    await Promise.all(answers);
    expect(actors.census(1)).to.deep.equal({
      active: 3,
      waiting: 0,
      busiest: [{ key: "blocked", waiting: 0, handled: 3 }],
    });
  });
});

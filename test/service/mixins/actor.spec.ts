import { expect } from "chai";
import { refuse } from "../../../contract/errors.ts";
import { actor } from "../../../mixins/actor/actor.mixin.ts";
import { withBroker } from "../../support/with-broker.ts";

const actors = actor<null, string, string>(() => ({
  activate: async () => null,
  async turn(_state, [command]) {
    throw command === "bug" ? new Error("a bug") : refuse("unavailable", "the disk is full");
  },
  crashed: String,
}));

describe("the actors of a service", () => {
  it("G8 log an outage as one line, however many of them it meets; a bug is logged each time, with its error", () =>
    withBroker([{ name: "some", mixins: [actors.mixin] }], async (broker) => {
      const service = broker.getLocalService("some");
      const warnings: unknown[][] = [];
      const errors: unknown[][] = [];
      service.logger.warn = (...said: unknown[]) => void warnings.push(said);
      service.logger.error = (...said: unknown[]) => void errors.push(said);
      const tell = (key: string, command: string) =>
        actors
          .actorsOf(service)
          .tell(key, [command], 1)
          .catch(() => []);
      await Promise.all(Array.from({ length: 100 }, (_, n) => tell(`${n}`, "command")));
      expect(warnings).to.deep.equal([["What the actors of some need fails: the disk is full"]]);
      expect(errors).to.deep.equal([]);
      await tell("a", "bug");
      expect(String(errors[0])).to.equal("The actor of a crashed,Error: a bug");
      expect(errors).to.have.length(2);
    }));
});

import { expect } from "chai";
import { Errors } from "moleculer";
import { refuse } from "../../../contract/errors.ts";
import { twice } from "../../../mixins/lost.ts";

/** Asks of nodes in turn. */
const nodes = (...answers: (() => Promise<string>)[]) => {
  let asked = 0;
  return { ask: () => answers[asked++]?.() ?? Promise.reject(new Error("nobody is left")), asked: () => asked };
};
const gone = () => Promise.reject(new Errors.RequestRejectedError({ action: "persistence.revision", nodeID: "one" }));

describe("what is asked twice", () => {
  it("is asked of another node when the first one goes away over it", async () => {
    expect(await twice(nodes(gone, async () => "here").ask)).to.equal("here");
  });

  it("fails when both are gone, and at once when it is refused", async () => {
    const both = nodes(gone, gone, async () => "a third");
    expect((await twice(both.ask).catch(({ type }) => type)) ?? "").to.equal("REQUEST_REJECTED");
    expect(both.asked()).to.equal(2);
    const refusing = nodes(() => Promise.reject(refuse("unavailable", "The database does not write")));
    expect((await twice(refusing.ask).catch(({ type }) => type)) ?? "").to.equal("unavailable");
    expect(refusing.asked()).to.equal(1);
  });
});

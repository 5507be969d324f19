import { expect } from "chai";
import fc from "fast-check";
import { type Step, splice } from "../../../services/gateway/stream/splice.ts";
import { entry, type What } from "./stream-world.ts";

const run = (whats: What[]) => whats.map((what, index) => entry("c", index + 5, what));
const shown = (steps: Step[]) =>
  steps.map((step) => (step.type === "entries" ? step.entries.map(({ seq }) => seq).join(" ") : step.type));

describe("what one is shown of a run of entries", () => {
  it("ends with one's own leave, and begins again with one's own join", () => {
    const entries = run(["message", { leave: "ana" }, "message", { join: "bob" }, { join: "ana" }, "message"]);
    expect(shown(splice(entries, "ana", true))).to.deep.equal(["5 6", "left", "joined", "9 10"]);
  });

  it("is nothing before one has joined, and nothing after one has left", () => {
    const entries = run(["message", { join: "ana" }, { leave: "ana" }, "message"]);
    expect(shown(splice(entries, "ana", false))).to.deep.equal(["joined", "6 7", "left"]);
    expect(shown(splice(run(["message"]), "ana", false))).to.deep.equal([]);
  });

  it("is everything where only others come and go, or where a join says what is known", () => {
    const entries = run([{ join: "bob" }, { join: "ana" }, { leave: "bob" }]);
    expect(shown(splice(entries, "ana", true))).to.deep.equal(["5 6 7"]);
  });

  it("G5: never holds an entry of a time at which one was out", () => {
    const what = fc.constantFrom<What>("message", { join: "ana" }, { leave: "ana" }, { join: "bob" }, { leave: "bob" });
    fc.assert(
      fc.property(fc.array(what), fc.boolean(), (whats, inside) => {
        let isInside = inside;
        const expected = run(whats).filter(({ type, body }) => {
          const was = isInside;
          if ("principalId" in body && body.principalId === "ana") isInside = type === "join";
          return was || isInside;
        });
        const steps = splice(run(whats), "ana", inside);
        const seen = steps.flatMap((step) => (step.type === "entries" ? step.entries : []));
        expect(seen).to.deep.equal(expected);
      }),
    );
  });
});

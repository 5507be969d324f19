import { expect } from "chai";
import { describeOnNats } from "../support/nats.ts";
import { chaos } from "./chaos/chaos.ts";
import { faults } from "./chaos/faults.ts";
import { embedded } from "./chaos/layouts.ts";

/** Of `npm run chaos`, one after the other, what goes by in a minute. */
const SHORT = [
  "kill -9 router",
  "SIGSTOP router",
  "kill -9 persistence",
  "kill the broker",
  "drop half of the fan-out",
];

describeOnNats("G1 to G7: a cluster under load, and what befalls it", () => {
  it("loses, doubles and reorders nothing, and shows everybody the same", async () => {
    const lines: string[] = [];
    const left = SHORT.flatMap((name) => faults.filter((fault) => fault.name === name));
    const { sends, violations } = await chaos({
      layout: embedded,
      seed: 1,
      next: (inflicted) => left[inflicted],
      people: 4,
      rooms: 8,
      pace: 20,
      tell: (line) => lines.push(line),
    });
    expect(violations, lines.join("\n")).to.deep.equal([]);
    expect(sends.acknowledged).to.be.greaterThan(500);
    expect(sends.refused).to.equal(0);
  }).timeout(180_000);
});

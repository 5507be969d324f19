import { expect } from "chai";
import { once } from "../../../mixins/once.ts";

describe("what is told once", () => {
  it("is told again where another reason was between, or after a while without it", () => {
    const told: string[] = [];
    const tell = once((reason) => told.push(reason));
    const { now } = performance;
    let time = 100;
    try {
      performance.now = () => time;
      for (const reason of ["full", "full", "gone", "full"]) tell(reason);
      for (let minute = 0; minute < 10; minute += 1) {
        time += 50_000;
        tell("full");
      }
      expect(told, "an outage is one line, however long").to.deep.equal(["full", "gone", "full"]);
      time += 61_000;
      tell("full");
      expect(told).to.have.length(4);
    } finally {
      performance.now = now;
    }
  });
});

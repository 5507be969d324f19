import { expect } from "chai";
import { refuse } from "../../../contract/errors.ts";
import { failuresTold } from "../../../services/gateway/failures.ts";

describe("what streams failed with", () => {
  it("G8 is one line a moment for each kind, however many fail: a lost database is no flood of the log", () => {
    const told: [string, unknown][] = [];
    let now = 0;
    const failed = failuresTold(
      (sentence, error) => told.push([sentence, error]),
      () => now,
    );
    const away = refuse("unavailable", "The database is away");
    const bug = new Error("a bug");
    for (let stream = 0; stream < 10_000; stream++) failed(stream === 5_000 ? bug : away);
    expect(told).to.deep.equal([
      ["A stream failed", away],
      ["A stream failed", bug],
    ]);
    now = 1_000;
    failed(away);
    expect(told[2]).to.deep.equal(["A stream failed, and 9998 before it", away]);
  });
});

import { expect } from "chai";
import { pauseAfter } from "../../../cluster/pause.ts";

describe("The pause before a process is started again", () => {
  it("doubles up to ten seconds while it lives shortly, and is short again after a long life", () => {
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) pauses.push(pauseAfter(pauses.at(-1), 1_000));
    expect(pauses).to.deep.equal([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(pauseAfter(10_000, 30_000)).to.equal(250);
  });
});

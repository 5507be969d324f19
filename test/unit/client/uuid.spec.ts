import { expect } from "chai";
import { uuid } from "../../../client/uuid.ts";
import { isId } from "../../../contract/scalars.ts";

describe("the client's ids", () => {
  it("are UUIDv7s, each another, in the order of their milliseconds", () => {
    const times = [0, 1, 2 ** 32 - 1, 2 ** 32, Date.now(), 2 ** 48 - 1];
    const ids = times.map((time) => uuid(time));
    expect(ids.filter((id) => !isId(id))).to.deep.equal([]);
    expect(ids.toSorted()).to.deep.equal(ids);
    expect(ids.map((id) => Number.parseInt(id.replace("-", "").slice(0, 12), 16))).to.deep.equal(times);
    expect(new Set(Array.from({ length: 1000 }, () => uuid(0))).size).to.equal(1000);
  });
});

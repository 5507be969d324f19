import { expect } from "chai";
import { Held } from "../../../mixins/directory-view/held.ts";

describe("what a node holds of the directory", () => {
  it("is dropped when the revision moves", () => {
    const held = new Held<{ name: string }>();
    held.moved(1);
    held.begin()("ana", { revision: 1, value: { name: "Ana" } });
    expect(held.peek("ana")?.value).to.deep.equal({ name: "Ana" });
    expect(held.moved(1)).to.equal(false);
    expect(held.peek("ana")).to.not.equal(undefined);
    expect(held.moved(2)).to.equal(true);
    expect(held.peek("ana")).to.equal(undefined);
  });

  it("is not what a lookup found that began before the drop: no revoked token comes back to life", () => {
    const held = new Held<{ name: string }>();
    const keep = held.begin();
    held.moved(2);
    keep("ana", { revision: 1, value: { name: "revoked" } });
    keep("ana", { revision: 2, value: { name: "revoked" } });
    expect(held.peek("ana")).to.equal(undefined);
  });

  it("is not what is older than what was heard", () => {
    const held = new Held<{ name: string }>();
    held.moved(5);
    held.begin()("ana", { revision: 4, value: null });
    expect(held.peek("ana")).to.equal(undefined);
  });
});

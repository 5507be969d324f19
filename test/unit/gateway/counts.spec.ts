import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { FakeSession, World } from "./stream-world.ts";

describe("entries on streams are counted", () => {
  it("as delivered for each session, as repaired where nothing announced them, as repeated where they come again", async () => {
    const world = new World();
    const { total } = world.counted;
    world.commit("c", [{ join: "ana" }, { join: "ben" }]);
    for (const who of ["ana", "ben", "ben"]) new FakeSession(`of ${who}`, who, world).open();
    await world.settle();
    Object.assign(total, { delivered: 0, repeated: 0, repaired: 0 });

    world.commit("c", ["message", "message"]);
    expect(total).to.deep.equal({ delivered: 6, repeated: 0, repaired: 0 });

    world.commit("c", ["message"], "never");
    world.commit("c", ["message"]);
    await world.settle();
    expect(total).to.deep.equal({ delivered: 12, repeated: 0, repaired: 2 });

    world.commit("c", ["message"], "late");
    world.commit("c", ["message"]);
    for (await setImmediate(); world.pending.length > 0; await setImmediate()) world.step(0);
    world.tellLate();
    expect(total, "what came late was read meanwhile").to.deep.equal({ delivered: 18, repeated: 1, repaired: 4 });
  });
});

import { expect } from "chai";
import { entry, FakeSession, World } from "./stream-world.ts";

/** Ana has a stream on a conversation, and was shown this many entries of it. */
async function shown(count: number): Promise<{ world: World; session: FakeSession }> {
  const world = new World();
  world.commit("c", [{ join: "ana" }]);
  const session = new FakeSession("s1", "ana", world);
  session.open();
  await world.settle();
  for (let seq = 2; seq <= count; seq++) world.commit("c", ["message"]);
  await world.settle();
  expect(session.position("c")).to.equal(count);
  return { world, session };
}

describe("a log that was set back behind the streams' back", () => {
  it("G2 sends those away who were shown more than there is", async () => {
    const { world, session } = await shown(4);
    world.logs.get("c")?.splice(2);
    void world.hub.audit("ana");
    await world.settle();
    expect(session.restarted).to.equal(true);
    expect(String(world.failures[0])).to.contain("set back");
  });

  it("G2 lets who comes back begin from what there is: nobody who was sent away is left behind", async () => {
    const { world } = await shown(4);
    world.logs.get("c")?.splice(2);
    void world.hub.audit("ana");
    await world.settle();
    const again = new FakeSession("s2", "ana", world);
    again.open({ c: 4 });
    await world.settle();
    world.commit("c", ["message"]);
    await world.settle();
    expect([again.restarted, again.position("c"), again.faults]).to.deep.equal([false, 3, []]);
  });

  it("G2 sends those away whose next entry does not follow the one they were shown", async () => {
    const { world, session } = await shown(4);
    const other = { ...entry("c", 5, "message"), prevHash: "1".repeat(64) };
    world.logs.get("c")?.push(other);
    void world.hub.audit("ana");
    await world.settle();
    expect([session.restarted, session.position("c")]).to.deep.equal([true, 4]);
  });

  it("takes no commit for it that comes while the log is asked", async () => {
    const { world, session } = await shown(4);
    void world.hub.audit("ana");
    world.step(0);
    world.commit("c", ["message"]);
    await world.settle();
    expect([session.restarted, session.position("c")]).to.deep.equal([false, 5]);
  });
});

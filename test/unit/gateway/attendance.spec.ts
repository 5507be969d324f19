import { expect } from "chai";
import { BEAT_BYTES, STREAMS, TRANSPORT_BYTES } from "../../../contract/limits.ts";
import type { Beat } from "../../../contract/presence.ts";
import { Owners } from "../../../mixins/actor/owners.ts";
import { Attendance } from "../../../services/gateway/presence/attendance.ts";

/** A gateway's attendance, and what it told whom. */
function attending(nodes: string[]) {
  const told: { node: string; beat: Beat }[] = [];
  const failures: unknown[] = [];
  let broken = false;
  const attendance = new Attendance({
    gateway: "g",
    owners: new Owners(() => nodes),
    nodes: () => nodes,
    tell: async (node, beat) => {
      if (broken) throw new Error("cut off");
      told.push({ node, beat });
    },
    failed: (error) => failures.push(error),
  });
  return {
    attendance,
    told,
    failures,
    break(isBroken: boolean) {
      broken = isBroken;
    },
  };
}

const id = (index: number) => `01890000-0000-7000-8000-${String(index).padStart(12, "0")}`;

describe("a gateway's attendance", () => {
  it("tells of comings and goings together, of several sessions once, and to their owners alone", async () => {
    const { attendance, told } = attending(["one", "two"]);
    const everybody = Array.from({ length: 100 }, (_, index) => id(index));
    for (const one of everybody) attendance.came(one);
    for (const one of everybody) attendance.came(one);
    await attendance.flush();
    expect(told.map(({ node }) => node)).to.deep.equal(["one", "two"]);
    expect(told.flatMap(({ beat }) => beat.here).sort()).to.deep.equal(everybody);
    const owners = new Owners(() => ["one", "two"]);
    for (const { node, beat } of told) {
      expect(beat).to.include({ gateway: "g", whole: false });
      expect(new Set(beat.here.map((one) => owners.of(one)))).to.deep.equal(new Set([node]));
    }
    told.length = 0;
    attendance.went(id(1));
    await attendance.flush();
    expect(
      told.flatMap(({ beat }) => beat.here),
      "one session of two has ended",
    ).to.deep.equal([]);
    attendance.went(id(1));
    attendance.went(id(2));
    attendance.went(id(2));
    attendance.came(id(2));
    await attendance.flush();
    expect(told.flatMap(({ beat }) => beat.gone.map(({ principalId }) => principalId))).to.deep.equal([id(1)]);
    expect(told.flatMap(({ beat }) => beat.here)).to.deep.equal([id(2)]);
  });

  it("beats to every node, also one that owns nobody, and repeats a goodbye with its age", async () => {
    const { attendance, told } = attending(["one", "two"]);
    attendance.came(id(1));
    attendance.went(id(1));
    await attendance.flush();
    told.length = 0;
    await attendance.beat();
    expect(told.map(({ node, beat }) => [node, beat.whole, beat.here.length])).to.deep.equal([
      ["one", true, 0],
      ["two", true, 0],
    ]);
    const [gone] = told.flatMap(({ beat }) => beat.gone);
    expect(gone?.principalId).to.equal(id(1));
    expect(gone?.ago).to.be.within(0, 10_000);
  });

  it("a full gateway's beat is one message that crosses the transporter; what would not fit is cut, and the last says so", async () => {
    const { attendance, told } = attending(["one"]);
    for (let index = 0; index < STREAMS; index++) attendance.came(id(index));
    await attendance.beat();
    expect(told.map(({ beat }) => [beat.here.length, beat.whole])).to.deep.equal([[STREAMS, true]]);
    expect(JSON.stringify(told[0]?.beat).length).to.be.lessThan(TRANSPORT_BYTES - 64 * 1024);
    for (let index = STREAMS; index < 2 * STREAMS; index++) attendance.came(id(index));
    for (let index = 0; index < STREAMS; index++) attendance.went(id(index));
    await attendance.flush();
    told.length = 0;
    await attendance.beat();
    expect(told.map(({ beat }) => beat.whole)).to.deep.equal([false, false, true]);
    for (const { beat } of told) expect(JSON.stringify(beat).length).to.be.lessThan(BEAT_BYTES + 1024);
    expect(told.flatMap(({ beat }) => [...beat.here, ...beat.gone])).to.have.length(2 * STREAMS);
  });

  it("what could not be told is in the next beat", async () => {
    const world = attending(["one"]);
    world.attendance.came(id(1));
    world.break(true);
    await world.attendance.flush();
    await world.attendance.beat();
    expect(world.failures).to.have.length(2);
    world.break(false);
    await world.attendance.beat();
    expect(world.told.map(({ beat }) => beat.here)).to.deep.equal([[id(1)]]);
  });

  it("with no presence node there is nothing to tell", async () => {
    const { attendance, told, failures } = attending([]);
    attendance.came(id(1));
    await attendance.flush();
    await attendance.beat();
    expect([told, failures]).to.deep.equal([[], []]);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { v7 as uuid } from "uuid";
import type { Role } from "../../../contract/entry.ts";
import { GROUP_CHANGES, GROUP_MEMBERS, TRANSPORT_BYTES, TURN_BYTES } from "../../../contract/limits.ts";
import type { Command } from "../../../services/router/conversation/command.ts";
import { ana, bob, change, cleo, dora, here, join, leave, post, regroup, role, when } from "../../support/given.ts";
import { MemoryLog } from "../../support/memory-log.ts";

/** A log whose conversation here is a group's. */
const ofGroup = () => {
  const log = new MemoryLog();
  log.groups.add(here);
  return log;
};
const membersIn = async (log: MemoryLog) =>
  Object.fromEntries((await log.roles(here)).roles.map(([principalId, is]) => [principalId, is]));

describe("a group's conversation", () => {
  it("is made by the group's first change, which its maker does not become a member of", async () => {
    const { outcomes, wrote, log } = await when([], [regroup({ [ana]: "owner", [bob]: "reader" })], ofGroup());
    expect(outcomes).to.deep.equal([{ ok: { done: true, created: true } }]);
    expect(wrote.map(({ type, senderId, body }) => [type, senderId, body])).to.deep.equal([
      ["create", dora, { kind: "broadcast", private: true, name: "fx-desk" }],
      ["join", dora, { principalId: ana, role: "owner" }],
      ["join", dora, { principalId: bob, role: "reader" }],
    ]);
    expect(await membersIn(log)).to.deep.equal({ [ana]: "owner", [bob]: "reader" });
  });

  it("writes what differs and nothing else, archived or not, and needs no owner", async () => {
    const given = [regroup({ [ana]: "owner", [bob]: "reader" }), change(ana, { archived: true })];
    const { wrote, log } = await when(given, [regroup({ [bob]: "member", [cleo]: "member" })], ofGroup());
    expect(wrote.map(({ type, body }) => [type, body])).to.deep.equal([
      ["leave", { principalId: ana }],
      ["role", { principalId: bob, role: "member" }],
      ["join", { principalId: cleo, role: "member" }],
    ]);
    expect((await when([], [regroup({ [bob]: "member", [cleo]: "member" })], log)).wrote).to.deep.equal([]);
    expect((await when([], [regroup({})], log)).wrote).to.have.length(2);
  });

  it("comes to what is wished for in turns, each of which is bounded and whole, wherever it stood", async () => {
    const roles = fc.dictionary(
      fc.constantFrom(...Array.from({ length: 20 }, (_, n) => `person-${n}`)),
      fc.constantFrom<Role>("owner", "member", "reader"),
    );
    await fc.assert(
      fc.asyncProperty(roles, roles, fc.integer({ min: 1, max: 5 }), async (before, wished, most) => {
        const { log } = await when([], [regroup(before)], ofGroup());
        for (let steps = 0; ; steps++) {
          const { outcomes, wrote } = await when([], [regroup(wished, most)], log);
          expect(wrote.length).to.be.at.most(most);
          const [outcome] = outcomes;
          if (outcome && "ok" in outcome && "done" in outcome.ok && outcome.ok.done) break;
          expect(steps).to.be.below(50);
        }
        expect(await membersIn(log)).to.deep.equal({ ...wished });
      }),
      { numRuns: 50 },
    );
  });

  it("G8 is wished for in one call, which crosses the transporter, and each turn's entries do too", async () => {
    const most = Object.fromEntries(Array.from({ length: GROUP_MEMBERS }, () => [uuid(), "reader" as const]));
    expect(JSON.stringify({ readers: Object.keys(most) }).length).to.be.below(TRANSPORT_BYTES - 100_000);
    const { wrote } = await when([], [regroup(most, GROUP_CHANGES)], ofGroup());
    expect(wrote).to.have.length(GROUP_CHANGES);
    expect(JSON.stringify(wrote).length).to.be.below(TURN_BYTES);
  });

  it("G3 a step that is tried again meets what it did, and the next one goes on", async () => {
    const step = regroup({ [ana]: "member", [bob]: "member" }, 2);
    const { outcomes, wrote, log } = await when(
      [step],
      [step, regroup({ [ana]: "member", [bob]: "member" })],
      ofGroup(),
    );
    expect(outcomes).to.deep.equal([{ ok: { done: false, created: false } }, { ok: { done: true, created: false } }]);
    expect(wrote).to.have.length(1);
    expect(await membersIn(log)).to.deep.equal({ [ana]: "member", [bob]: "member" });
  });

  it("has members and a name that nobody changes but the group", async () => {
    const given = [regroup({ [ana]: "owner", [bob]: "member", [cleo]: "reader" })];
    const commands: Command[] = [
      join(ana, dora),
      join(cleo, dora),
      leave(ana, bob),
      leave(ana),
      leave(bob),
      role(ana, bob, "owner"),
      change(ana, { name: "other" }),
    ];
    for (const archived of [false, true]) {
      const before = archived ? [...given, change(ana, { archived })] : given;
      const { refusals, wrote } = await when(before, commands, ofGroup());
      expect(refusals).to.deep.equal(Array(commands.length).fill("conflict"));
      expect(wrote).to.deep.equal([]);
    }
    const strangers = [join(dora), join(dora, ana), leave(dora), post(dora, "x"), change(dora, { purpose: "x" })];
    expect((await when(given, strangers, ofGroup())).refusals).to.deep.equal(Array(5).fill("not-found"));
  });

  it("is for its writers to write in, for its readers to read", async () => {
    const given = [regroup({ [ana]: "owner", [bob]: "reader" })];
    const { refusals } = await when(given, [post(ana, "x"), post(bob, "x"), change(bob, { purpose: "x" })], ofGroup());
    expect(refusals).to.deep.equal([undefined, "forbidden", "forbidden"]);
  });

  it("has its purpose set and is archived by administrators, in it or not, who are told no more than that", async () => {
    const given = [regroup({ [ana]: "member" })];
    const as = (senderId: string, what: Parameters<typeof change>[1]) => ({
      ...change(senderId, what),
      administrator: true,
    });
    const set = as(dora, { purpose: "Foreign exchange", archived: true });
    const { outcomes, wrote } = await when(given, [set, set, as(dora, { name: "other" }), as(ana, {})], ofGroup());
    const outside = { id: here, kind: "broadcast", name: "fx-desk", purpose: "Foreign exchange", archived: true };
    expect(outcomes.slice(0, 2)).to.deep.equal([
      { ok: { changed: true, outside } },
      { ok: { changed: true, outside } },
    ]);
    expect(outcomes[2]).to.have.nested.property("refused.type", "conflict");
    expect(outcomes[3]).to.have.nested.property("refused.type", "archived");
    expect(wrote.map(({ type }) => type)).to.deep.equal(["purpose", "archive"]);
    const elsewhere = await when([], [as(dora, { purpose: "x" })]);
    expect(elsewhere.refusals).to.deep.equal(["not-found"]);
  });
});

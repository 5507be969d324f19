import { expect } from "chai";
import { directKey } from "../../../contract/conversation.ts";
import { turn } from "../../../services/router/turn.ts";
import { ana, bob, change, conversation, create, here, leave, post, when } from "../../support/given.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const room = conversation("room", { [ana]: "owner", [bob]: "owner" });

describe("a turn", () => {
  it("G3 an old repeat in the middle of a batch, long forgotten by the state, gets its first answer; its neighbours are stored", async () => {
    const old = post(ana, "old", { clientMessageId: "old" });
    const chatter = Array.from({ length: 40 }, (_, i) => post(ana, `${i}`));
    const { log, outcomes } = await when([room, old, ...chatter], [post(bob, "1"), old, post(bob, "2")]);
    expect(
      outcomes.map((outcome) => "ok" in outcome && "repeat" in outcome.ok && [outcome.ok.seq, outcome.ok.repeat]),
    ).to.deep.equal([
      [45, false],
      [4, true],
      [46, false],
    ]);
    expect(log.entries(here)).to.have.length(46);
  });

  it("G3 an old key with another text is a conflict", async () => {
    const chatter = Array.from({ length: 40 }, (_, i) => post(ana, `${i}`));
    const { refusals, wrote } = await when(
      [room, post(ana, "old", { clientMessageId: "old" }), ...chatter],
      [post(ana, "new", { clientMessageId: "old" })],
    );
    expect(refusals).to.deep.equal(["idempotency-conflict"]);
    expect(wrote).to.deep.equal([]);
  });

  it("G2 a stale owner writes nothing and answers nothing, not even what would write nothing", async () => {
    const log = new MemoryLog();
    await when([], [room], log);
    const stale = await log.activate(here);
    await when([], [leave(bob)], log);
    const length = log.entries(here).length;
    for (const command of [post(bob, "x"), leave(bob), create(ana), post(ana, "x", { replyTo: 99 })]) {
      const error = await turn(stale, [command], log).catch((thrown) => thrown.type);
      expect(error, command.type).to.equal("stale-owner");
    }
    expect(log.entries(here)).to.have.length(length);
  });

  it("two creates of one pair: the second finds the first; of one name: a conflict that doesn't say whose", async () => {
    const log = new MemoryLog();
    const pair = { claim: { directKey: directKey(ana, bob) }, kind: "direct" as const };
    await when([], [create(ana, pair)], log);
    const other = "01900000-0000-7000-8000-0000000000ee";
    const { answers } = await turn(await log.activate(other), [create(bob, pair)], log);
    expect(answers).to.deep.equal([{ ok: { conversationId: here, created: false } }]);
    const named = { claim: { name: "fx", creatorId: ana }, kind: "channel" as const, name: "fx" };
    await turn(await log.activate("01900000-0000-7000-8000-0000000000dd"), [create(ana, named)], log);
    const taken = await turn(await log.activate(other), [create(bob, named)], log);
    expect(taken.answers.map((answer) => "refused" in answer && answer.refused.type)).to.deep.equal(["conflict"]);
    expect(log.entries(other)).to.deep.equal([]);
  });

  it("two names claimed at once: one is looked up, the other waits, for no name is taken unseen", async () => {
    const log = new MemoryLog();
    const channel = conversation("channel", { [ana]: "owner" }, true);
    const { refusals, wrote } = await when(
      [channel],
      [change(ana, { name: "one" }), change(ana, { name: "two" })],
      log,
    );
    expect(refusals).to.deep.equal([undefined, "unavailable"]);
    expect(wrote.map(({ body }) => body)).to.deep.equal([{ name: "one" }]);
  });

  it("tells nothing before it has answered, and then the entries in order, and whom they concern", async () => {
    const log = new MemoryLog();
    const turned = await turn(await log.activate(here), [room, post(ana, "x"), leave(bob)], log);
    expect([log.announced, log.notified]).to.deep.equal([[], []]);
    turned.tell();
    const [announced] = log.announced;
    expect(announced?.entries.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(announced?.head).to.deep.equal({ seq: 5, hash: log.entries(here).at(-1)?.hash });
    expect(log.notified.map(({ principalId, type, seq }) => [principalId, type, seq])).to.deep.equal([
      [ana, "joined", 2],
      [bob, "joined", 3],
      [bob, "left", 5],
    ]);
  });

  it("what was committed and not told is told by the next activation", async () => {
    const log = new MemoryLog();
    await turn(await log.activate(here), [room, post(ana, "x"), leave(bob)], log);
    await log.activate(here);
    expect(log.announced).to.deep.equal([
      { conversationId: here, head: { seq: 5, hash: log.entries(here).at(-1)?.hash }, entries: [] },
    ]);
    expect(log.notified.map(({ principalId, type }) => [principalId, type])).to.deep.equal([
      [ana, "joined"],
      [bob, "joined"],
      [bob, "left"],
    ]);
  });

  it("a failed append leaves nothing behind: the same commands, tried again, are stored once", async () => {
    const log = new MemoryLog();
    await when([], [room], log);
    const state = await log.activate(here);
    log.before = () => {
      throw new Error("EIO");
    };
    const commands = [post(ana, "x"), leave(bob)];
    expect(await turn(state, commands, log).catch((error) => error.message)).to.equal("EIO");
    log.before = () => {};
    const { wrote } = await when([], commands, log);
    expect(wrote.map(({ type }) => type)).to.deep.equal(["message", "leave"]);
  });
});

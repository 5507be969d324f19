import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { Errors } from "moleculer";
import { refuse } from "../../../contract/errors.ts";
import { ACTIVATIONS, MAILBOXES_BYTES } from "../../../contract/limits.ts";
import { Activation } from "../../../mixins/actor/activation.ts";
import { Activations } from "../../../mixins/actor/activations.ts";
import type { Behaviour, Turned } from "../../../mixins/actor/behaviour.ts";
import { staleOwner } from "../../../mixins/actor/stale-owner.ts";
import { isUndelivered } from "../../../mixins/lost.ts";
import { until } from "../../support/until.ts";

type Answer = string;

/** An actor that sums numbers, and a diary of what happens to it. */
class Sum implements Behaviour<{ sum: number }, number, Answer> {
  readonly diary: string[] = [];
  stored = 0;
  /** What happens in the turns to come, one each: throws, or (undefined) goes well. */
  faults: (unknown | undefined)[] = [];
  /** Turns wait for this. */
  gate: Promise<void> = Promise.resolve();
  activationFaults: unknown[] = [];

  async activate(): Promise<{ sum: number }> {
    const fault = this.activationFaults.shift();
    if (fault) throw fault;
    this.diary.push("activate");
    return { sum: this.stored };
  }

  async turn(state: { sum: number }, commands: number[]): Promise<Turned<{ sum: number }, Answer>> {
    this.diary.push(`turn ${commands.join("+")}`);
    await this.gate;
    const fault = this.faults.shift();
    if (fault) throw fault;
    if (commands.includes(13)) throw new Error("13 crashes");
    const sum = commands.reduce((total, n) => total + n, state.sum);
    this.stored = sum;
    return { state: { sum }, answers: commands.map((n) => `+${n}`), tell: () => void this.diary.push("tell") };
  }

  crashed(): Answer {
    return "crashed";
  }
}

const observed = (sum: Sum) => ({
  activated: () => {},
  turned: () => {},
  crashed: () => {
    sum.diary.push("crash");
  },
  overruled: () => {
    sum.diary.push("overruled");
  },
});

const actorOf = (sum: Sum, bounds = { count: 100, bytes: 1e6 }) => new Activation("key", sum, observed(sum), bounds);

describe("an actor", () => {
  it("is activated by its first message, and takes what waits as one turn", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum);
    const first = actor.tell([1], 1);
    await until(() => sum.diary.includes("turn 1"));
    const rest = [actor.tell([2, 3], 1), actor.tell([4], 1)];
    gate.resolve();
    expect(await Promise.all([first, ...rest])).to.deep.equal([["+1"], ["+2", "+3"], ["+4"]]);
    expect(sum.diary).to.deep.equal(["activate", "turn 1", "tell", "turn 2+3+4", "tell"]);
  });

  it("answers before it tells, and nothing of a turn that failed", async () => {
    const sum = new Sum();
    const actor = actorOf(sum);
    const order: string[] = [];
    sum.turn = async (state) => ({ state, answers: ["a"], tell: () => void order.push("told") });
    await actor.tell([1], 1).then(() => order.push("answered"));
    await actor.finish();
    expect(order).to.include("told");
  });

  it("a command that crashes its turn is alone in it: its neighbours are answered", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum);
    const first = actor.tell([1], 1);
    await until(() => sum.diary.includes("turn 1"));
    const batch = [actor.tell([2], 1), actor.tell([3, 13, 4], 1), actor.tell([5], 1)];
    gate.resolve();
    await first;
    expect(await Promise.all(batch)).to.deep.equal([["+2"], ["+3", "crashed", "+4"], ["+5"]]);
    expect(sum.stored).to.equal(15);
  });

  it("a store that fails while commands are tried one by one keeps what came later from passing what came before", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum);
    const first = actor.tell([1], 1);
    await until(() => sum.diary.includes("turn 1"));
    const batch = [actor.tell([2], 1), actor.tell([3, 4], 1), actor.tell([5], 1)];
    sum.faults = [undefined, new Error("a crash"), undefined, refuse("unavailable", "the store is down")];
    gate.resolve();
    await first;
    const outcomes = await Promise.allSettled(batch);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "rejected"]);
    expect(sum.stored).to.equal(3);
  });

  it("a call that Moleculer gave up is an unknown outcome, not a bad command", async () => {
    const sum = new Sum();
    sum.faults = [new Errors.RequestTimeoutError({ action: "persistence.append", nodeID: "n" })];
    const error = await actorOf(sum)
      .tell([1], 1)
      .catch((thrown) => thrown);
    expect(error.type).to.equal("REQUEST_TIMEOUT");
    expect(sum.diary.filter((line) => line.startsWith("turn"))).to.have.length(1);
  });

  it("a turn with fewer answers than commands is a crash, not a lost answer", async () => {
    const sum = new Sum();
    sum.turn = async (state) => ({ state, answers: [], tell: () => {} });
    expect(await actorOf(sum).tell([1], 1)).to.deep.equal(["crashed"]);
  });

  it("after a crash it is activated again at once, though nothing waits", async () => {
    const sum = new Sum();
    const actor = actorOf(sum);
    sum.faults = [new Error("once"), new Error("twice")];
    expect(await actor.tell([1], 1)).to.deep.equal(["crashed"]);
    await until(() => sum.diary.at(-1) === "activate");
  });

  it("what fails in telling is told by the activation after it; the answer stands", async () => {
    const sum = new Sum();
    const actor = actorOf(sum);
    sum.turn = async (state) => ({
      state,
      answers: ["committed"],
      tell() {
        throw new Error("the announcement is lost");
      },
    });
    expect(await actor.tell([1], 1)).to.deep.equal(["committed"]);
    await actor.finish();
    expect(sum.diary).to.deep.equal(["activate", "crash", "activate"]);
  });

  it("crash after crash it is held off, and says for how long", async () => {
    const sum = new Sum();
    const actor = actorOf(sum);
    const broken = refuse("unavailable", "the store is down");
    sum.faults = Array.from({ length: 20 }, () => broken);
    const refusals: { type: string; data: { retryAfter: number } }[] = [];
    for (let i = 0; i < 3; i++) await actor.tell([1], 1).catch((error) => refusals.push(error));
    expect(refusals.map(({ type }) => type)).to.deep.equal(["unavailable", "unavailable", "unavailable"]);
    expect(refusals[2]?.data.retryAfter).to.be.at.least(1);
    expect(sum.diary.filter((line) => line.startsWith("turn"))).to.have.length(2);
    await actor.finish();
  });

  it("a turn that goes well ends the hold-off: who comes next pays for no bad command before it", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum);
    const first = actor.tell([1], 1);
    await until(() => sum.diary.includes("turn 1"));
    const batch = actor.tell([13, 2], 1);
    gate.resolve();
    expect(await Promise.all([first, batch])).to.deep.equal([["+1"], ["crashed", "+2"]]);
    expect(await actor.tell([3], 1)).to.deep.equal(["+3"]);
  });

  it("a clock that is set back holds nobody off", async () => {
    const sum = new Sum();
    const actor = actorOf(sum);
    sum.faults = Array.from({ length: 2 }, () => refuse("unavailable", "the store is down"));
    const { now } = Date;
    try {
      for (let i = 0; i < 2; i++) await actor.tell([1], 1).catch(() => undefined);
      Date.now = () => now() - 3_600_000;
      const answers = () => actor.tell([1], 1).catch(() => undefined);
      expect(await until(answers, "an answer")).to.deep.equal(["+1"]);
    } finally {
      Date.now = now;
    }
  });

  it("a stale owner drops its state, and refuses what waits as not its own", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum);
    sum.faults = [staleOwner()];
    const told = [actor.tell([1], 1)];
    await until(() => sum.diary.includes("turn 1"));
    told.push(actor.tell([2], 1));
    gate.resolve();
    const outcomes = await Promise.allSettled(told);
    expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.type)).to.deep.equal([
      "stale-owner",
      "stale-owner",
    ]);
    sum.stored = 40;
    await actor.tell([2], 1);
    expect(sum.stored).to.equal(42);
  });

  it("G8 refuses what its mailbox has no room for, and answers the rest", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actor = actorOf(sum, { count: 2, bytes: 100 });
    const told = [actor.tell([1], 1)];
    await until(() => sum.diary.includes("turn 1"));
    told.push(actor.tell([2, 3], 1), actor.tell([4], 1));
    gate.resolve();
    const outcomes = await Promise.allSettled(told);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled", "rejected"]);
  });
});

describe("actors of a node", () => {
  const observer = { activated: () => {}, turned: () => {}, crashed: () => {}, overruled: () => {} };

  it("keep to their number: the least recently used that is idle goes first", async () => {
    const sum = new Sum();
    const actors = new Activations(sum, observer, { most: 2, idle: 1e9 });
    for (const key of ["a", "b", "a", "c"]) await actors.tell(key, [1], 1);
    expect(actors.active).to.equal(2);
    sum.diary.length = 0;
    await actors.tell("a", [1], 1);
    expect(sum.diary, "a was used after b").to.not.include("activate");
    await actors.tell("b", [1], 1);
    expect(sum.diary).to.include("activate");
  });

  it("G8 of thousands that are woken at once few read their state at a time, and all are answered", async () => {
    let reading = 0;
    let most = 0;
    const slow = Object.assign(new Sum(), {
      async activate() {
        most = Math.max(most, ++reading);
        await setImmediate();
        reading--;
        return { sum: 0 };
      },
    });
    const actors = new Activations(slow, observer);
    const answers = await Promise.all(Array.from({ length: 5000 }, (_, n) => actors.tell(`${n}`, [n], 1)));
    expect(answers).to.deep.equal(Array.from({ length: 5000 }, (_, n) => [n === 13 ? "crashed" : `+${n}`]));
    expect(most).to.equal(ACTIVATIONS);
  });

  it("G8 all mailboxes together are bounded: what is past it is refused, and taken again when there is room", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actors = new Activations(sum, observer);
    const told = Array.from({ length: 100 }, (_, n) => actors.tell(`${n}`, [n + 100], 1024 * 1024));
    const outcomes = Promise.allSettled(told);
    expect(actors.waiting).to.equal(MAILBOXES_BYTES / (1024 * 1024));
    gate.resolve();
    const counts = Map.groupBy(await outcomes, ({ status }) => status);
    expect([counts.get("fulfilled")?.length, counts.get("rejected")?.length]).to.deep.equal([64, 36]);
    expect(actors.waiting).to.equal(0);
    expect(await actors.tell("a", [1], 1)).to.deep.equal(["+1"]);
  });

  it("forget who has been idle for too long", async () => {
    const actors = new Activations(new Sum(), observer, { most: 10, idle: 1000 });
    await actors.tell("a", [1], 1);
    actors.passivateIdle(performance.now());
    expect(actors.active).to.equal(1);
    actors.passivateIdle(performance.now() + 1001);
    expect(actors.active).to.equal(0);
  });

  it("when draining finish what is waiting and refuse what is new", async () => {
    const sum = new Sum();
    const gate = Promise.withResolvers<void>();
    sum.gate = gate.promise;
    const actors = new Activations(sum, observer);
    const told = [actors.tell("a", [1], 1), actors.tell("a", [2], 1), actors.tell("b", [3], 1)];
    const drained = actors.drain();
    const late = await actors.tell("a", [4], 1).catch(isUndelivered);
    gate.resolve();
    await drained;
    expect(await Promise.all(told)).to.deep.equal([["+1"], ["+2"], ["+3"]]);
    expect(late).to.equal(true);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { FakeSession, World } from "./stream-world.ts";

const conversations = ["c1", "c2"];
const people = ["ana", "bob"];

const conversation = fc.constantFrom(...conversations);
const person = fc.constantFrom(...people);
const told = fc.constantFrom("now" as const, "now" as const, "late" as const, "never" as const, "head" as const);
const which = fc.nat({ max: 9 });

/** What may happen, in any order. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("post" as const),
      conversation,
      told,
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("move" as const), conversation, told, person, twice: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("open" as const), person, cursor: fc.option(fc.nat({ max: 12 })) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("close" as const), which }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("pause" as const), which }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant("step" as const), which }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("late" as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("audit" as const), person }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("tick" as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

class Story {
  readonly world = new World();
  readonly sessions: FakeSession[] = [];

  async happen(one: Happening): Promise<void> {
    const { world } = this;
    switch (one.what) {
      case "post":
        world.commit(
          one.conversation,
          Array.from({ length: one.count }, () => "message" as const),
          one.told,
        );
        break;
      case "move": {
        const there = { join: one.person };
        const away = { leave: one.person };
        const [first, second] = world.isMember(one.person, one.conversation) ? [away, there] : [there, away];
        world.commit(
          one.conversation,
          one.twice ? ["message", first, "message", second, "message"] : [first, "message"],
          one.told,
        );
        break;
      }
      case "open": {
        const session = new FakeSession(`s${this.sessions.length}`, one.person, world);
        this.sessions.push(session);
        session.open(one.cursor === null ? {} : { c1: one.cursor });
        break;
      }
      case "close":
        this.#session(one.which)?.close();
        break;
      case "pause": {
        const session = this.#session(one.which);
        if (session) session.paused = !session.paused;
        break;
      }
      case "step":
        world.step(one.which);
        break;
      case "late":
        world.tellLate(one.which);
        break;
      case "audit":
        void world.hub.audit(one.person);
        break;
      case "tick":
        await new Promise((resolve) => setImmediate(resolve));
        break;
    }
    await undefined;
  }

  #session(which: number): FakeSession | undefined {
    const open = this.sessions.filter(({ closed }) => !closed);
    return open[which % Math.max(1, open.length)];
  }

  /** Nothing is lost any more, everybody reads on, and the checks come by: one leaves to the next what just moves. */
  async end(): Promise<void> {
    for (const session of this.sessions) session.paused = false;
    for (let round = 0; round < 4; round++) {
      await this.world.settle();
      for (const person of people) void this.world.hub.audit(person);
    }
    await this.world.settle();
  }

  check(): void {
    const { world, sessions } = this;
    expect(world.failures).to.deep.equal([]);
    for (const session of sessions) {
      expect(session.faults, `${session.id} of ${session.principalId}`).to.deep.equal([]);
      if (session.closed) continue;
      for (const id of conversations) {
        const head = world.isMember(session.principalId, id) ? world.logs.get(id)?.length : undefined;
        expect(session.position(id), `${session.id} of ${session.principalId} in ${id}`).to.equal(head);
      }
    }
  }
}

describe("the hub", () => {
  it("G4 nobody misses one, G5 nobody sees what isn't theirs: whatever is lost, late, paused, joined and left", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 60, size: "max" }), async (happenings) => {
        const story = new Story();
        for (const one of happenings) await story.happen(one);
        await story.end();
        story.check();
      }),
      { numRuns: 2000 },
    );
  });
});

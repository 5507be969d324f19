import { expect } from "chai";
import fc from "fast-check";
import type { Command } from "../../../services/presence/principal/state.ts";
import { type Gateway, type Node, World } from "./presence-world.ts";

const people = ["ana", "bob", "cleo"];
const which = fc.nat({ max: 9 });
const person = fc.constantFrom(...people);
/** Seconds: what differs between two nodes in noticing that a third is gone. */
const lag = fc.nat({ max: 2 });

/** What may happen, in any order. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant("open" as const), person, which }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("close" as const), person, which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("choose" as const),
      person,
      which,
      status: fc.constantFrom("online" as const, "away" as const, "invisible" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("type" as const), person, which }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("replace" as const), which, lag }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("kill" as const), which, lag }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("sleep" as const), which, seconds: fc.nat({ max: 60 }) }) },
  { weight: 9, arbitrary: fc.record({ what: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 30 }) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const among = <T>(all: Iterable<T>, index: number): T => {
  const list = [...all];
  const one = list[index % list.length];
  if (one === undefined) throw new Error("there is none");
  return one;
};

class Story {
  readonly world = new World(people);

  constructor(lags: number[]) {
    for (const [index, one] of lags.entries()) this.world.start(index % 2 ? "node" : "gateway", one);
  }

  async happen(one: Happening): Promise<void> {
    const { world } = this;
    switch (one.what) {
      case "open":
        world.open(one.person, this.#gateway(one.which));
        break;
      case "close":
        world.close(one.person, this.#gateway(one.which));
        break;
      case "choose":
        await this.#ask(one, { type: "choose", choice: { status: one.status } });
        break;
      case "type":
        await this.#ask(one, { type: "type", conversationId: "c" });
        break;
      // A node, without a goodbye.
      case "replace":
        world.nodes.delete(this.#node(one.which).name);
        world.start("node", one.lag);
        break;
      // A gateway, with its sessions.
      case "kill":
        world.gateways.delete(this.#gateway(one.which).name);
        world.start("gateway", one.lag);
        break;
      case "sleep": {
        const node = this.#node(one.which);
        const isAwake = ({ pausedUntil }: Node) => pausedUntil <= world.second;
        // With all of them away for minutes what is kept is no longer believed.
        if ([...world.nodes.values()].some((other) => other !== node && isAwake(other)))
          node.pausedUntil = world.second + one.seconds;
        break;
      }
      case "pass":
        for (let second = 0; second < one.seconds; second++) await world.pass();
        break;
    }
  }

  /** All comes to rest: a minute, and one more in which what was lost is noticed. */
  async end(): Promise<void> {
    for (const node of this.world.nodes.values()) node.pausedUntil = 0;
    for (let second = 0; second < 130; second++) await this.world.pass();
  }

  check(): void {
    const { world } = this;
    expect(world.faults.slice(0, 3).join("\n")).to.equal("");
    for (const [principalId, { here, status }] of world.kept)
      expect(here, principalId).to.equal(world.hasSession(principalId) && status !== "invisible");
  }

  /** Who asks one that sleeps gets no answer. */
  async #ask({ person: who, which: index }: { person: string; which: number }, command: Command): Promise<void> {
    const node = this.#node(index);
    if (node.pausedUntil <= this.world.second) await this.world.ask(who, command, node);
  }

  #gateway = (index: number): Gateway => among(this.world.gateways.values(), index);

  #node = (index: number): Node => among(this.world.nodes.values(), index);
}

/** A node misses a gateway's end, and not quite long enough to be taken for dead: it said offline a second too soon. */
const sleptForAMoment: [number[], Happening[]] = [
  [0, 0, 0, 0],
  [
    { what: "pass", seconds: 1 },
    { what: "open", person: "ana", which: 0 },
    { what: "sleep", which: 3, seconds: 3 },
    { what: "pass", seconds: 2 },
    { what: "kill", which: 0, lag: 0 },
    { what: "pass", seconds: 1 },
  ],
];

describe("presence, whatever comes and goes, dies and sleeps", () => {
  it("G5 never shows an invisible one, never says offline while somebody is here, and comes to what is true", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lag, { minLength: 4, maxLength: 4 }),
        fc.array(happening, { minLength: 5, maxLength: 40, size: "max" }),
        async (lags, happenings) => {
          const story = new Story(lags);
          for (const one of happenings) await story.happen(one);
          await story.end();
          story.check();
        },
      ),
      { numRuns: 500, examples: [sleptForAMoment] },
    );
  });
});

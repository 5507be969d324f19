import { expect } from "chai";
import fc from "fast-check";
import { owner } from "../../../mixins/actor/rendezvous.ts";

const keys = Array.from({ length: 2000 }, (_, i) => `0190c0de-0000-7000-8000-${i.toString(16).padStart(12, "0")}`);
const nodeNames = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 2, maxLength: 12 });

const ownerIn = (nodes: string[]) => {
  const list = nodes.map((id) => ({ id }));
  return (key: string) => owner(key, list)?.id;
};

/** Five standard deviations of a binomial share: a fair hash passes, a skewed one does not. */
const near = (count: number, of: number, share: number) =>
  Math.abs(count - of * share) <= 5 * Math.sqrt(of * share * (1 - share)) + 1;

describe("placement by rendezvous", () => {
  it("gives a joining node its share of the keys, evenly from all others, and moves nothing else", () => {
    fc.assert(
      fc.property(nodeNames, fc.string({ minLength: 21, maxLength: 30 }), (nodes, joining) => {
        const [was, is] = [ownerIn(nodes), ownerIn([...nodes, joining])];
        const moved = keys.filter((key) => was(key) !== is(key));
        expect(moved.every((key) => is(key) === joining)).to.equal(true);
        expect(near(moved.length, keys.length, 1 / (nodes.length + 1)), `${moved.length} moved`).to.equal(true);
        for (const node of nodes) {
          const given = moved.filter((key) => was(key) === node).length;
          expect(near(given, moved.length, 1 / nodes.length), `${given} of ${moved.length} from one`).to.equal(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it("spreads a leaving node's keys evenly over the others, and moves nothing else", () => {
    fc.assert(
      fc.property(nodeNames, (nodes) => {
        const [leaving, ...rest] = nodes;
        const [was, is] = [ownerIn(nodes), ownerIn(rest)];
        const moved = keys.filter((key) => was(key) !== is(key));
        expect(moved.every((key) => was(key) === leaving)).to.equal(true);
        for (const node of rest) {
          const taken = moved.filter((key) => is(key) === node).length;
          expect(near(taken, moved.length, 1 / rest.length), `${taken} of ${moved.length} to one`).to.equal(true);
        }
      }),
      { numRuns: 12 },
    );
  });

  it("is the same on every node, in whatever order the registry lists them", () => {
    fc.assert(
      fc.property(nodeNames, fc.constantFrom(...keys), (nodes, key) => {
        expect(ownerIn(nodes.toReversed())(key)).to.equal(ownerIn(nodes)(key));
      }),
    );
  });

  it("has no owner where there is no node", () => {
    expect(owner("key", [])).to.equal(undefined);
  });
});

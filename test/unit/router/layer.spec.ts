import { expect } from "chai";
import fc from "fast-check";
import { Layer } from "../../../services/router/conversation/layer.ts";

type Step = { key: number; value: object | undefined };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    key: fc.nat(5),
    value: fc.option(
      fc.nat().map((n) => ({ n })),
      { nil: undefined },
    ),
  }),
);

const carryOut = (map: { set(key: number, value: object): void; delete(key: number): void }, todo: Step[]) => {
  for (const { key, value } of todo) value ? map.set(key, value) : map.delete(key);
};

describe("a layer over a map", () => {
  it("is what a copy would be, and leaves the base as it was until it is settled", () => {
    fc.assert(
      fc.property(steps, steps, (first, then) => {
        const base = new Map<number, object>();
        carryOut(base, first);
        const before = new Map(base);
        const copy = new Map(base);
        const layer = new Layer(base);
        carryOut(copy, then);
        carryOut(layer, then);
        for (let key = 0; key <= 5; key++)
          expect([layer.get(key), layer.has(key)]).to.deep.equal([copy.get(key), copy.has(key)]);
        expect(layer.size).to.equal(copy.size);
        expect(base).to.deep.equal(before);
        expect(layer.settle()).to.deep.equal(copy);
      }),
    );
  });
});

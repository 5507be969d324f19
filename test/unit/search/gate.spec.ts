import { expect } from "chai";
import { Gate } from "../../../services/search/engines/meilisearch/gate.ts";

const never = new AbortController().signal;
const settled = (asked: Promise<unknown>) => asked.catch((error: unknown) => Object(error).type);

describe("the gate before Meilisearch", () => {
  it("lets so many in at once, the others in their order, and refuses who would wait behind too many", async () => {
    const gate = new Gate(2, 3);
    const leave: (() => void)[] = [];
    const order: number[] = [];
    let [inside, most] = [0, 0];
    const visit = (number: number) =>
      gate.pass(never, async () => {
        order.push(number);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise<void>((gone) => leave.push(gone));
        inside -= 1;
      });
    const visits = [0, 1, 2, 3, 4].map(visit);
    expect(await settled(visit(5))).to.equal("unavailable");
    for (let gone = 0; gone < 5; gone++) {
      leave[gone]?.();
      await visits[gone];
    }
    expect(order).to.deep.equal([0, 1, 2, 3, 4]);
    expect(most).to.equal(2);
    await gate.pass(never, async () => {});
  });

  it("gives up who has waited long enough, and passes on the place of who fails", async () => {
    const gate = new Gate(1, 3);
    const { promise, reject } = Promise.withResolvers<never>();
    const first = gate.pass(never, () => promise);
    const patience = new AbortController();
    const second = gate.pass(patience.signal, async () => "second");
    const third = gate.pass(never, async () => "third");
    patience.abort();
    expect(await settled(second)).to.equal("unavailable");
    reject(new Error("it failed"));
    expect(await settled(first)).to.equal(undefined);
    expect(await third).to.equal("third");
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { refuse, typeOf } from "../../../contract/errors.ts";
import { GroupCommit } from "../../../services/persistence/append/group-commit.ts";

type Item = { id: number; contended: string[]; bytes: number };

const bounds = { maxItems: 100, maxBytes: 1000, maxWaitingBytes: 10_000 };
const item = (id: number, contended: string[] = [`c${id}`], bytes = 1): Item => ({ id, contended, bytes });

/** A group commit whose commits end when the test says so. */
function held(grouping = bounds) {
  const commits: { batch: Item[]; end: PromiseWithResolvers<number[]> }[] = [];
  const group = new GroupCommit<Item, number>(
    (batch) => {
      const end = Promise.withResolvers<number[]>();
      commits.push({ batch, end });
      return end.promise;
    },
    { contended: ({ contended }) => contended, bytes: ({ bytes }) => bytes, ...grouping },
  );
  const ids = () => commits.map(({ batch }) => batch.map(({ id }) => id));
  const end = async (index: number) => {
    const commit = commits[index];
    commit?.end.resolve(commit.batch.map(({ id }) => id));
    await settled();
  };
  return { group, commits, ids, end };
}

/** Lets all that is ready run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("group commit", () => {
  it("what is added together is committed together; the next fills while one commits", async () => {
    const { group, ids, end } = held();
    const answers = [1, 2, 3].map((id) => group.add(item(id)));
    await settled();
    const later = [4, 5].map((id) => group.add(item(id)));
    await settled();
    expect(ids()).to.deep.equal([[1, 2, 3]]);
    await end(0);
    expect(ids()).to.deep.equal([
      [1, 2, 3],
      [4, 5],
    ]);
    await end(1);
    expect(await Promise.all([...answers, ...later])).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("of those that contend only the first goes, and the rest keep their order", async () => {
    const { group, ids, end } = held();
    const all = [item(1, ["a"]), item(2, ["a", "name"]), item(3, ["b", "name"]), item(4, ["a"]), item(5, ["c"])];
    const answers = all.map((one) => group.add(one));
    for (let commit = 0; commit < 3; commit += 1) {
      await settled();
      await end(commit);
    }
    // 3 could have gone first: it doesn't overtake 2, which waited for the name before it.
    expect(ids()).to.deep.equal([[1, 5], [2], [3, 4]]);
    await Promise.all(answers);
  });

  it("a commit is bounded by items and bytes; what is too large goes alone", async () => {
    const { group, ids, end } = held({ maxItems: 3, maxBytes: 10, maxWaitingBytes: 1000 });
    const answers = [item(1, ["1"], 99), ...[2, 3, 4, 5].map((id) => item(id)), item(6, ["6"], 9), item(7, ["7"], 2)];
    const done = Promise.all(answers.map((one) => group.add(one)));
    for (let commit = 0; commit < 4; commit += 1) {
      await settled();
      await end(commit);
    }
    expect(ids()).to.deep.equal([[1], [2, 3, 4], [5, 6], [7]]);
    await done;
  });

  it("G8 what may wait is bounded: more is refused, and taken again when there is room", async () => {
    const { group, end } = held({ maxItems: 10, maxBytes: 10, maxWaitingBytes: 10 });
    const first = group.add(item(1));
    await settled();
    const waiting = group.add(item(2, ["2"], 10));
    expect(typeOf(await rejection(group.add(item(3))))).to.equal("unavailable");
    await end(0);
    const after = group.add(item(4));
    await end(1);
    await end(2);
    expect(await Promise.all([first, waiting, after])).to.deep.equal([1, 2, 4]);
  });

  it("an unknown outcome is one for all of the batch: none is tried again", async () => {
    const { group, commits } = held();
    const answers = [1, 2].map((id) => rejection(group.add(item(id))));
    await settled();
    commits[0]?.end.reject(refuse("unavailable", "the disk failed"));
    expect((await Promise.all(answers)).map(typeOf)).to.deep.equal(["unavailable", "unavailable"]);
    expect(commits).to.have.length(1);
  });

  it("one bad item does not take its neighbours along", async () => {
    const group = new GroupCommit<Item, number>(
      async (batch) => {
        if (batch.some(({ id }) => id === 2)) throw new Error("bad");
        return batch.map(({ id }) => id);
      },
      { contended: ({ contended }) => contended, bytes: ({ bytes }) => bytes, ...bounds },
    );
    const answers = await Promise.allSettled([1, 2, 3].map((id) => group.add(item(id))));
    expect(answers.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
  });

  it("is idle only when nothing waits and nothing is being committed", async () => {
    const { group, end } = held();
    const answers = [group.add(item(1, ["a"])), group.add(item(2, ["a"]))];
    let idle = false;
    const waiting = group.idle().then(() => {
      idle = true;
    });
    await settled();
    await end(0);
    expect(idle).to.equal(false);
    await end(1);
    await waiting;
    await Promise.all(answers);
  });

  it("whatever comes when: each is answered once, in order of what it contends for, within the bounds", async () => {
    const items = fc.array(
      fc.record({
        contended: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 2 }),
        bytes: fc.integer({ min: 1, max: 12 }),
        pause: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(items, async (script) => {
        const batches: Item[][] = [];
        const group = new GroupCommit<Item, number>(
          async (batch) => {
            batches.push(batch);
            await settled();
            return batch.map(({ id }) => id);
          },
          {
            contended: ({ contended }) => contended,
            bytes: ({ bytes }) => bytes,
            maxItems: 3,
            maxBytes: 10,
            maxWaitingBytes: 1000,
          },
        );
        const answers: Promise<number>[] = [];
        for (const [id, { contended, bytes, pause }] of script.entries()) {
          answers.push(group.add({ id, contended, bytes }));
          if (pause) await settled();
        }
        expect(await Promise.all(answers)).to.deep.equal(script.map((_, id) => id));
        for (const batch of batches) {
          const names = batch.flatMap(({ contended }) => contended);
          expect(new Set(names).size).to.equal(names.length);
          expect(batch.length).to.be.at.most(3);
          if (batch.length > 1) expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).to.be.at.most(10);
        }
        for (const name of ["a", "b", "c", "d"]) {
          const order = batches.flat().filter(({ contended }) => contended.includes(name));
          expect(order.map(({ id }) => id)).to.deep.equal(order.map(({ id }) => id).sort((x, y) => x - y));
        }
      }),
      { numRuns: 200 },
    );
  });
});

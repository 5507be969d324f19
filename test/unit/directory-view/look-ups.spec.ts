import { expect } from "chai";
import { LOOKUP_ITEMS } from "../../../contract/limits.ts";
import { type Found, LookUps } from "../../../mixins/directory-view/look-ups.ts";
import { until } from "../../support/until.ts";

type Named = { name: string };

/** A directory that answers when it is told to, by what it knew as it was asked. */
class Directory {
  readonly known = new Map<string, Named>();
  readonly asked: string[][] = [];
  readonly #open: (() => void)[] = [];
  revision = 1;
  most = 0;

  readonly ask = (keys: string[]): Promise<Found<Named>> => {
    const { revision } = this;
    const values = new Map(this.known);
    this.asked.push(keys);
    const { promise, resolve } = Promise.withResolvers<Found<Named>>();
    this.#open.push(() => resolve({ revision, values }));
    this.most = Math.max(this.most, this.#open.length);
    return promise;
  };

  /** Answers whatever is asked until this is there. */
  async until<T>(result: Promise<T>): Promise<T> {
    let settled = false;
    const watched = result.finally(() => {
      settled = true;
    });
    await until(() => {
      for (const open of this.#open.splice(0)) open();
      return settled;
    });
    return watched;
  }
}

describe("look-ups in the directory", () => {
  let directory: Directory;
  let lookUps: LookUps<Named>;
  beforeEach(() => {
    directory = new Directory();
    directory.known.set("ana", { name: "Ana" });
    lookUps = new LookUps(directory.ask);
  });

  it("G8 of thousands at once go in few calls, few of them at a time, each key once", async () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `k${n}`);
    const finds = [...keys, ...keys].map((key) => lookUps.find(key));
    await directory.until(Promise.all(finds));
    expect(directory.asked).to.have.length(5000 / LOOKUP_ITEMS);
    expect(directory.asked.flat().toSorted()).to.deep.equal(keys.toSorted());
    expect(directory.most).to.be.at.most(4);
  });

  it("are kept, also that there is none; but what there is isn't pushed out by what there isn't", async () => {
    await directory.until(lookUps.find("ana"));
    await directory.until(lookUps.find("here"));
    expect([await lookUps.find("ana"), await lookUps.find("here")]).to.deep.equal([{ name: "Ana" }, null]);
    expect(directory.asked).to.deep.equal([["ana"], ["here"]]);
    await directory.until(Promise.all(Array.from({ length: 60_000 }, (_, n) => lookUps.find(`guess${n}`))));
    const { length } = directory.asked;
    expect(await lookUps.find("ana")).to.deep.equal({ name: "Ana" });
    expect(directory.asked).to.have.length(length);
  });

  it("join no call that began before them: what it saw may have been revoked since", async () => {
    const before = lookUps.find("ana");
    await until(() => directory.asked.length === 1);
    directory.known.delete("ana");
    directory.revision = 2;
    lookUps.moved(2);
    const after = lookUps.find("ana");
    await directory.until(Promise.all([before, after]));
    expect([await before, await after, await lookUps.find("ana")]).to.deep.equal([{ name: "Ana" }, null, null]);
  });

  it("fail with their call, and are asked anew", async () => {
    let fails = true;
    const failing = new LookUps<Named>(async (keys) => {
      if (fails) throw new Error("lost");
      return directory.ask(keys);
    });
    const outcomes = await Promise.allSettled(["ana", "bo"].map((key) => failing.find(key)));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    fails = false;
    expect(await directory.until(failing.find("ana"))).to.deep.equal({ name: "Ana" });
  });
});

import { expect } from "chai";
import type { BindingChange } from "../../../../contract/binding.ts";
import { Bindings } from "../../../../services/router/topics/bindings.ts";
import { until } from "../../../support/until.ts";

/** A directory that gives two changes at a time. */
class Directory {
  /** What was heard of, which lags. */
  revision = 0;
  changesMade: BindingChange[] = [];
  asked: number[] = [];
  last = 0;
  before: () => void | Promise<void> = () => {};

  change(id: string, pattern: string, removed = false): void {
    this.last += 1;
    this.changesMade = this.changesMade.filter((change) => change.id !== id);
    this.changesMade.push({ id, pattern, conversationId: `of ${id}`, changed: this.last, removed });
  }

  async changes(after: number) {
    this.asked.push(after);
    const revision = this.last;
    const found = this.changesMade.filter(({ changed }) => changed > after).slice(0, 2);
    await this.before();
    return { revision, changes: found, more: found.length === 2 };
  }
}

const match = async (bindings: Bindings, topic: string) => (await bindings.match(topic)).map(({ id }) => id).toSorted();

describe("bindings as a node holds them", () => {
  it("are loaded whole before the first answer, in pages", async () => {
    const directory = new Directory();
    for (const id of ["1", "2", "3", "4", "5"]) directory.change(id, "a.*");
    const bindings = new Bindings(directory);
    const both = await Promise.all([match(bindings, "a.b"), match(bindings, "a.c")]);
    expect(both).to.deep.equal([
      ["1", "2", "3", "4", "5"],
      ["1", "2", "3", "4", "5"],
    ]);
    expect(directory.asked).to.deep.equal([0, 2, 4]);
  });

  it("cost one row for one change, and nothing where nothing was heard of", async () => {
    const directory = new Directory();
    directory.change("1", "a.b");
    directory.change("2", "a.*");
    const bindings = new Bindings(directory);
    expect(await match(bindings, "a.b")).to.deep.equal(["1", "2"]);
    directory.change("1", "a.b", true);
    directory.change("3", ">");
    directory.asked = [];
    expect(await match(bindings, "a.b")).to.deep.equal(["1", "2"]);
    directory.revision = directory.last;
    expect(await match(bindings, "a.b")).to.deep.equal(["2", "3"]);
    expect(await match(bindings, "a.b")).to.deep.equal(["2", "3"]);
    expect(directory.asked).to.deep.equal([2, 4]);
  });

  it("that were removed while they were read do not come back: a read begun before is not enough", async () => {
    const directory = new Directory();
    directory.change("1", "a");
    const bindings = new Bindings(directory);
    directory.before = () => {
      directory.before = () => {};
      directory.change("1", "a", true);
      directory.revision = directory.last;
    };
    expect([await match(bindings, "a"), await match(bindings, "a")]).to.deep.equal([["1"], []]);
    directory.change("2", "a");
    const { promise, resolve } = Promise.withResolvers<void>();
    directory.before = () => promise;
    directory.revision = directory.last;
    const asked = directory.asked.length;
    const slow = match(bindings, "a");
    await until(() => directory.asked.length > asked, "the read to begin");
    directory.change("2", "a", true);
    directory.revision = directory.last;
    const quick = match(bindings, "a");
    resolve();
    expect([await slow, await quick]).to.deep.equal([["2"], []]);
  });

  it("are asked for again after a failure, which their asker is told of", async () => {
    const directory = new Directory();
    directory.change("1", "a");
    directory.before = () => {
      throw new Error("down");
    };
    const bindings = new Bindings(directory);
    expect(await match(bindings, "a").catch((error) => error.message)).to.equal("down");
    directory.before = () => {};
    expect(await match(bindings, "a")).to.deep.equal(["1"]);
  });

  it("are read anew from a directory that was set back", async () => {
    const directory = new Directory();
    directory.change("1", "a");
    directory.change("2", "a");
    directory.change("3", "a");
    const bindings = new Bindings(directory);
    expect(await match(bindings, "a")).to.deep.equal(["1", "2", "3"]);
    directory.changesMade.splice(1);
    directory.last = 1;
    directory.change("4", "a");
    directory.revision = 4;
    expect(await match(bindings, "a")).to.deep.equal(["1", "4"]);
  });
});

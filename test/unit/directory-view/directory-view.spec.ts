import { expect } from "chai";
import type { Principal } from "../../../contract/principal.ts";
import { DirectoryView } from "../../../mixins/directory-view/directory-view.ts";

const ana: Principal = { id: "a", handle: "ana", name: "Ana", kind: "person", role: "user", disabled: false };

/** A directory, and what is done between the asking for its revision and the answer. */
class Directory {
  at = 0;
  disabled = false;
  meanwhile = () => {};

  async revision(): Promise<number> {
    const { at } = this;
    this.meanwhile();
    return at;
  }

  async lookup() {
    return { revision: this.at, principals: [{ ...ana, disabled: this.disabled }] };
  }

  credentials = async () => ({ revision: this.at, credentials: [] });
  senders = async () => ({ revision: this.at, senders: [] });
}

describe("a node's view of the directory", () => {
  let directory: Directory;
  let view: DirectoryView;
  let setBack: number;
  const isDisabled = async () => (await view.byHandle(["ana"])).get("ana")?.disabled;
  beforeEach(async () => {
    directory = new Directory();
    view = new DirectoryView(directory);
    setBack = 0;
    view.onSetBack(() => {
      setBack += 1;
    });
    directory.at = 100;
    await view.check();
    expect(await isDisabled()).to.equal(false);
  });

  it("drops what it holds when a restore has set the directory back, and hears of changes from there on", async () => {
    directory.at = 90;
    await view.check();
    expect([view.revision, setBack]).to.deep.equal([90, 1]);
    expect(await isDisabled()).to.equal(false);
    directory.disabled = true;
    directory.at = 91;
    view.heard(91);
    expect(await isDisabled(), "what was changed after the restore").to.equal(true);
    expect(setBack).to.equal(1);
  });

  it("takes no answer for a restore that a change has overtaken", async () => {
    directory.meanwhile = () => view.heard(101);
    await view.check();
    expect([view.revision, setBack]).to.deep.equal([101, 0]);
  });

  it("passes over what it has heard of already", () => {
    view.heard(99);
    expect([view.revision, setBack]).to.deep.equal([100, 0]);
  });
});

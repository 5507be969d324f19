import { expect } from "chai";
import { CannotStart } from "../../../contract/errors.ts";
import { said, stackOf } from "../../../mixins/log/said.ts";

describe("what is said in a log", () => {
  it("is a sentence and an error: nothing that is handed over beside them", () => {
    const error = Object.assign(new Error("it broke"), { data: { text: "of somebody" } });
    expect(said(["It failed", error, { text: "of somebody" }])).to.deep.equal({ text: "It failed", error });
    expect(said([error])).to.deep.equal({ text: "it broke", error });
    expect(said(["Content:", "of somebody"])).to.deep.equal({ text: "Content:" });
    expect(said([{ text: "of somebody" }, "of somebody"])).to.deep.equal({ text: "" });
  });

  it("is an error's stack and those of its causes, without the fields that others put on it", () => {
    const cause = Object.assign(new Error("the disk"), { bindings: ["of somebody"] });
    const told = stackOf(Object.assign(new Error("it broke", { cause }), { data: "of somebody" }));
    expect(told)
      .to.match(/^Error: it broke\n {4}at .*\ncaused by Error: the disk\n/s)
      .and.not.include("of somebody");
    expect(stackOf(new CannotStart("The port is taken")), "a sentence for people").to.equal("The port is taken");
  });
});

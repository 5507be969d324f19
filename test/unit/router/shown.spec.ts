import { expect } from "chai";
import { shown } from "../../../services/router/conversation/shown.ts";
import { ana, conversation, edit, post, redact, when } from "../../support/given.ts";

const room = conversation("room", { [ana]: "owner" });

describe("what is announced of one append", () => {
  it("withholds each text that a later entry of the same append overtook", async () => {
    const batch = [
      post(ana, "1"),
      edit(ana, 3, "2"),
      edit(ana, 3, "3"),
      post(ana, "4"),
      redact(ana, 6),
      post(ana, "5"),
    ];
    const { wrote } = await when([room], batch);
    const texts = shown(wrote).map(({ type, body }) => (body && "text" in body ? body.text : body ? type : "withheld"));
    expect(texts).to.deep.equal(["withheld", "withheld", "3", "withheld", "redact", "5"]);
  });

  it("is announced so by a turn", async () => {
    const { log } = await when([room], [post(ana, "secret"), redact(ana, 3)]);
    expect(JSON.stringify(log.announced)).to.not.include("secret");
  });
});

import { expect } from "chai";
import Type from "typebox";
import { Choice } from "../../../contract/presence.ts";
import { checker } from "../../../mixins/schema-validator.ts";

describe("What is said of a value that a schema refuses", () => {
  it("of a choice names what may be chosen", () => {
    expect(checker(Choice)({ status: "busy" })).to.deep.equal([
      { field: "status", message: "must be one of online, away, dnd, invisible" },
    ]);
  });

  it("of any other field is one fault, though a union has several arms", () => {
    const schema = Type.Object({ name: Type.Union([Type.String(), Type.Null()]) });
    expect(checker(schema)({ name: 7 }).map(({ field }) => field)).to.deep.equal(["name"]);
  });
});

import { expect } from "chai";
import Type from "typebox";
import { Strict } from "../../../contract/scalars.ts";
import { parseQuery, typed } from "../../../services/gateway/query.ts";

const schema = Strict({ limit: Type.Integer(), ids: Type.Array(Type.String()), q: Type.String() });

describe("a query", () => {
  it("is read as it was encoded", () => {
    expect(parseQuery("/x?q=a+b%2Bc%3D=d&limit=5&&ids=a,b")).to.deep.equal({ q: "a b+c==d", limit: "5", ids: "a,b" });
    expect(parseQuery("/x")).to.deep.equal({});
    expect(Object.keys(parseQuery("/x?__proto__=1"))).to.deep.equal(["__proto__"]);
  });

  it("is refused where a parameter stands twice, is not UTF-8, or has a NUL", () => {
    for (const url of ["/x?q=1&q=2", "/x?q=%ff", "/x?%ff=1", "/x?q=%00", "/x?q=%"])
      expect(() => parseQuery(url), url)
        .to.throw()
        .with.property("type", "validation");
  });

  it("gives integers strictly: what JSON would not take for one stays text", () => {
    expect(typed(schema, { limit: "50" })).to.deep.equal({ limit: 50 });
    for (const limit of ["-1", "1.5", "1e2", " 1", "0x1", "01", "", "٣"])
      expect(typed(schema, { limit }), limit).to.deep.equal({ limit });
  });

  it("gives lists by their commas, and leaves what is text or unknown as it is", () => {
    expect(typed(schema, { ids: "a,b", q: "1", other: "2" })).to.deep.equal({ ids: ["a", "b"], q: "1", other: "2" });
  });
});

import { expect } from "chai";
import { readAccess } from "../../../access.ts";

describe("What a client at a terminal is told by variables", () => {
  const home = { HOME: "/home/ana", XDG_STATE_HOME: "/state" };

  it("has defaults, and takes the server with /v1 or without", () => {
    expect(readAccess(home)).to.deep.equal({
      url: "http://127.0.0.1:3000",
      token: undefined,
      state: "/state/wirehouse",
    });
    for (const WIREHOUSE of ["https://wire.example", "https://wire.example/", "https://wire.example/v1/"]) {
      expect(readAccess({ ...home, WIREHOUSE, TOKEN: "wh_x" })).to.include({
        url: "https://wire.example",
        token: "wh_x",
      });
    }
    expect(readAccess({ XDG_STATE_HOME: "" }).state).to.match(/\.local\/state\/wirehouse$/);
  });

  it("says which is wrong, and not its value", () => {
    const wrong = [
      { WIREHOUSE: "secret" },
      { WIREHOUSE: "ftp://secret" },
      { TOKEN: "a secret" },
      { TOKEN: "secret\n" },
    ];
    for (const env of wrong) {
      const [name = ""] = Object.keys(env);
      expect(() => readAccess(env))
        .to.throw(`${name} must be`)
        .with.property("message")
        .that.does.not.include("secret");
    }
  });
});

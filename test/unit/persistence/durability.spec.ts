import { expect } from "chai";
import { assertDurable, type Durability } from "../../../services/persistence/dialects/postgres/durability.ts";

const sound: Durability = {
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  synchronous_standby_names: "",
  follows: false,
};

const said = (weak: Partial<Durability>): string => {
  try {
    assertDurable({ ...sound, ...weak });
    return "nothing";
  } catch (error) {
    return String(error);
  }
};

describe("what of a server's settings keeps what is acknowledged (G1)", () => {
  it("is enough as PostgreSQL comes, and where standbys are waited for", () => {
    for (const synchronous_commit of ["on", "remote_write", "remote_apply"]) {
      expect(said({ synchronous_commit })).to.equal("nothing");
      expect(said({ synchronous_commit, synchronous_standby_names: "ANY 1 (b, c)" })).to.equal("nothing");
    }
    expect(said({ synchronous_commit: "local" }), "without standbys it is the same").to.equal("nothing");
  });

  it("is refused in a sentence that says what to set, where it is less", () => {
    const weak: Partial<Durability>[] = [
      { fsync: "off" },
      { full_page_writes: "off" },
      { synchronous_commit: "off" },
      { synchronous_commit: "local", synchronous_standby_names: "b" },
    ];
    for (const one of weak) expect(said(one)).to.match(/^CannotStart: .*\(G1\): \w+ is \w+.*; set it to on/);
    expect(said({ follows: true })).to.include("it is a replica");
  });
});

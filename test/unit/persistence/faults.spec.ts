import { expect } from "chai";
import { faultOf, isFailure } from "../../../services/persistence/dialects/postgres/faults.ts";

const refusedWith = (code: string) => Object.assign(new Error("refused"), { code });

describe("faults of PostgreSQL", () => {
  it("are told apart from those of a statement: only the latter is a bug of ours", () => {
    const ofDatabase = [
      "08006",
      "40P01",
      "53100",
      "55P03",
      "57014",
      "57P01",
      "58030",
      "XX000",
      "28P01",
      "3D000",
      "25006",
    ];
    // A paused node's transaction, ended by the server; a statement prepared before a migration.
    for (const code of [...ofDatabase, "25P03", "0A000", "ECONNRESET", "EPIPE"]) {
      expect(isFailure(refusedWith(code)), code).to.equal(true);
      expect(faultOf(refusedWith(code)), code).to.be.a("string");
    }
    for (const code of ["23505", "22P02", "42P01", "42501", "P0001", "25P02"]) {
      expect(isFailure(refusedWith(code)), code).to.equal(false);
      expect(faultOf(refusedWith(code)), code).to.equal(undefined);
    }
  });
});

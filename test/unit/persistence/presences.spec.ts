import { expect } from "chai";
import knex from "knex";
import type { Kept } from "../../../contract/presence.ts";
import type { Dialect, Statement } from "../../../services/persistence/dialects/dialect.ts";
import { Presences } from "../../../services/persistence/presences.ts";

const kept: Kept = { status: "away", text: null, until: null, here: true, seen: null, version: 0 };

/** Writes nothing, and tells what it was asked to: the rows of `known` are there. */
function seeing(known: string[]) {
  const asked: { sql: string; bindings: readonly unknown[] }[] = [];
  const write: Dialect["write"] = async (statements: readonly Statement[]) => ({
    rows: statements.map(({ query }) => {
      const { sql, bindings } = query.toSQL().toNative();
      asked.push({ sql, bindings });
      return known.filter((id) => bindings.includes(id)).map((principal_id) => ({ principal_id }));
    }),
  });
  return { presences: new Presences({ reader: knex({ client: "pg" }), write }), asked };
}

describe("presences", () => {
  it("are locked in one order, so that no two nodes wait for each other; each is told what became of its own", async () => {
    const { presences, asked } = seeing(["a", "c"]);
    const changes = ["c", "b", "a"].map((principalId) => ({ principalId, kept }));
    expect(await presences.keep({ changes })).to.deep.equal([true, false, true]);
    const order = asked.map(({ bindings }) => bindings.find((one) => typeof one === "string" && /^[abc]$/.test(one)));
    expect(order).to.deep.equal(["a", "b", "c"]);
  });

  it("of who is here are locked in that order too, before their time is kept", async () => {
    const { presences, asked } = seeing(["a", "c"]);
    expect(await presences.see({ principalIds: ["c", "a"], at: "2026-01-01T00:00:00.000Z" })).to.deep.equal(["a", "c"]);
    const [lock = "", update = ""] = asked.map(({ sql }) => sql);
    expect(lock).to.match(/^select .* order by "principal_id" asc for update$/);
    expect(update).to.match(/^update /);
  });
});

import { setImmediate as whatWaits } from "node:timers/promises";
import { expect } from "chai";
import { sha256 } from "../../../contract/chain.ts";
import { refuse } from "../../../contract/errors.ts";
import type { Principal, Token } from "../../../contract/principal.ts";
import { ensureAdministrator, type Registry } from "../../../services/directory/administrator.ts";

type Row = Token & { principalId: string; hash: string };

/** A directory that several nodes share: each call looks and writes in one step, and answers a little later. */
class Shared implements Registry {
  readonly principals: Principal[] = [];
  rows: Row[] = [];

  async find(handle: string) {
    return later(this.principals.find((one) => one.handle === handle));
  }
  async add(principal: Principal) {
    if (this.principals.some(({ handle }) => handle === principal.handle)) throw refuse("conflict", "taken");
    this.principals.push(principal);
    return later(undefined);
  }
  async holder(hash: string) {
    return later(this.rows.find((row) => row.hash === hash)?.principalId);
  }
  async tokens(principalId: string) {
    return later(this.rows.filter((row) => row.principalId === principalId));
  }
  async addToken(token: { id: string; principalId: string; hash: string; label: string }) {
    if (this.rows.some(({ hash }) => hash === token.hash)) throw refuse("conflict", "known");
    this.rows.push({ ...token, scopes: null, expiresAt: null, createdAt: "2026-01-01T00:00:00.000Z" });
    return later(undefined);
  }
  async removeToken(id: string) {
    this.rows = this.rows.filter((row) => row.id !== id);
    return later(undefined);
  }
}

async function later<T>(value: T): Promise<T> {
  await whatWaits();
  return value;
}

describe("the first administrator", () => {
  it("is one, with the configured token once, though several nodes start at once", async () => {
    const shared = new Shared();
    const configured = "configured-configured-configured-configured";
    await Promise.all([1, 2, 3].map(() => ensureAdministrator(configured, shared)));
    expect(shared.principals.map(({ handle, role }) => [handle, role])).to.deep.equal([["admin", "admin"]]);
    expect(shared.rows.map(({ hash }) => hash)).to.deep.equal([sha256(configured)]);
  });

  it("is one, and has a token that was shown, though several nodes start at once with none", async () => {
    const shared = new Shared();
    const shown = await Promise.all([1, 2, 3].map(() => ensureAdministrator(undefined, shared)));
    expect(shared.principals.length).to.equal(1);
    expect(shared.rows.map(({ hash }) => hash)).to.have.members(
      shown.flatMap((token) => (token === undefined ? [] : [sha256(token)])),
    );
    expect(shared.rows).not.to.deep.equal([]);
  });
});

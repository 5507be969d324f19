import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { refuse } from "../../../contract/errors.ts";
import type { Credential } from "../../../contract/principal.ts";
import { Standing } from "../../../services/gateway/stream/standing.ts";
import { until } from "../../support/until.ts";

const credential = (tokenHash: string, expiresAt: string | null = null, disabled = false): Credential => ({
  tokenId: tokenHash,
  tokenHash,
  principal: { id: "p", handle: "ana", name: "Ana", kind: "person", role: "user", disabled },
  scopes: null,
  expiresAt,
});

class Stream {
  closed: string | undefined;
  close(reason: string): void {
    this.closed = reason;
  }
}

/** A directory whose credentials a test takes away. */
class Directory {
  readonly credentials = new Map<string, Credential>();
  faults = 0;
  lookups = 0;
  gate = Promise.withResolvers<void>();

  readonly find = async (tokenHash: string): Promise<Credential | null> => {
    this.lookups++;
    await this.gate.promise;
    if (this.faults-- > 0) throw refuse("unavailable", "not now");
    return this.credentials.get(tokenHash) ?? null;
  };

  stream(standing: Standing, tokenHash: string, expiresAt: string | null = null): Stream {
    const stream = new Stream();
    this.credentials.set(tokenHash, credential(tokenHash, expiresAt));
    standing.add(stream, credential(tokenHash, expiresAt));
    return stream;
  }
}

describe("the standing of streams", () => {
  let directory: Directory;
  let standing: Standing;
  beforeEach(() => {
    directory = new Directory();
    directory.gate.resolve();
    standing = new Standing(directory.find, () => {});
  });
  afterEach(() => standing.stop());

  it("ends with a revoked token and a disabled principal, and only with those", async () => {
    const [kept, revoked, disabled] = ["a", "b", "c"].map((token) => directory.stream(standing, token));
    directory.credentials.delete("b");
    directory.credentials.set("c", credential("c", null, true));
    standing.judge();
    await until(() => revoked?.closed && disabled?.closed);
    expect([kept?.closed, revoked?.closed, disabled?.closed]).to.deep.equal([
      undefined,
      "unauthorized",
      "unauthorized",
    ]);
  });

  it("ends with a token that expires", async () => {
    const soon = directory.stream(standing, "a", new Date(Date.now() + 30).toISOString());
    const later = directory.stream(standing, "b", new Date(Date.now() + 2 ** 40).toISOString());
    await until(() => soon.closed === "unauthorized");
    expect(later.closed).to.equal(undefined);
    standing.delete(later);
  });

  it("is looked at once more as it begins: the revocation may have been heard of while it was let in", async () => {
    const stream = new Stream();
    standing.add(stream, credential("revoked meanwhile"));
    await until(() => stream.closed === "unauthorized");
  });

  it("is asked for again where it could not be found out, and holds until then", async () => {
    const stream = directory.stream(standing, "a");
    await pause(0);
    directory.credentials.delete("a");
    directory.faults = 1;
    standing.judge();
    await pause(0);
    expect(stream.closed).to.equal(undefined);
    await until(() => stream.closed === "unauthorized");
  });

  it("is asked for again too where it could not be found out as the stream began", async () => {
    const stream = new Stream();
    directory.faults = 1;
    standing.add(stream, credential("revoked meanwhile"));
    await until(() => directory.lookups === 1);
    expect(stream.closed).to.equal(undefined);
    await until(() => stream.closed === "unauthorized");
  });

  it("G8 of thousands is looked at all at once, for the directory to answer many in one call", async () => {
    const streams = Array.from({ length: 5000 }, (_, n) => directory.stream(standing, `t${n}`));
    await pause(0);
    directory.lookups = 0;
    directory.gate = Promise.withResolvers();
    for (let n = 0; n < 5000; n += 2) directory.credentials.delete(`t${n}`);
    standing.judge();
    expect(directory.lookups, "none waits for another").to.equal(5000);
    directory.gate.resolve();
    await until(() => streams.filter(({ closed }) => closed).length === 2500);
    expect(streams.every(({ closed }, n) => (closed === "unauthorized") === (n % 2 === 0))).to.equal(true);
  });

  it("is looked up once for many changes at once", async () => {
    directory.stream(standing, "a");
    for (let change = 0; change < 100; change++) standing.judge();
    // One as the stream began, one for all changes before it was looked at.
    await until(() => directory.lookups >= 2);
    expect(directory.lookups).to.be.at.most(3);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { RateLimit } from "../../../services/gateway/rate-limit.ts";

describe("the rate of writing", () => {
  it("lets twice a second's worth through at once, and then as many as were agreed on", () => {
    let now = 0;
    const limit = new RateLimit(10, () => now);
    const through = (tries: number) =>
      Array.from({ length: tries }, () => limit.take("ana")?.refusal).filter((one) => !one).length;
    expect(through(60)).to.equal(20);
    now += 1000;
    expect(through(60)).to.equal(10);
    now += 60_000;
    expect(through(60)).to.equal(20);
  });

  it("says what is left, and when to come again", () => {
    const limit = new RateLimit(1, () => 0);
    expect(limit.take("ana")).to.deep.equal({
      headers: { RateLimit: '"writes";r=1;t=1', "RateLimit-Policy": '"writes";q=2;w=2' },
    });
    limit.take("ana");
    const { headers, refusal } = limit.take("ana") ?? {};
    expect(headers?.RateLimit).to.equal('"writes";r=0;t=2');
    expect([refusal?.type, refusal?.data?.retryAfter]).to.deep.equal(["too-many", 1]);
  });

  it("is each principal's own, and off at 0", () => {
    const limit = new RateLimit(1, () => 0);
    for (let i = 0; i < 3; i++) limit.take("ana");
    expect(limit.take("bob")?.refusal).to.equal(undefined);
    expect(new RateLimit(0).take("ana")).to.equal(undefined);
  });

  it("never lets more through than capacity and time allow", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (pauses, rate) => {
        let now = 0;
        const limit = new RateLimit(rate, () => now);
        let through = 0;
        for (const pause of pauses) {
          now += pause;
          if (!limit.take("ana")?.refusal) through += 1;
        }
        expect(through).to.be.at.most(2 * rate + (now / 1000) * rate + 1e-6);
      }),
    );
  });
});

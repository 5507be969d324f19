import { expect } from "chai";
import type { Params } from "../../../contract/actions.ts";
import { gatheredHeads } from "../../../services/gateway/stream/heads.ts";

const SESSIONS = 10_000;
/** Conversations of a principal, and of a page. */
const EACH = 3;
const PAGE = 100;

const head = { seq: 1, hash: "" };

describe("heads of a gateway's principals", () => {
  it("G8: are asked for a hundred principals in a call, few calls at a time, each page of an answer", async () => {
    const calls: Params<"persistence.headsOf">[] = [];
    let underWay = 0;
    let most = 0;
    const heads = gatheredHeads(async (params) => {
      calls.push(params);
      most = Math.max(most, ++underWay);
      await new Promise((later) => setImmediate(later));
      underWay--;
      const all = params.principalIds.flatMap((principalId) =>
        Array.from({ length: EACH }, (_, index) => ({
          principalId,
          conversationId: `${principalId} ${index}`,
          head,
          from: 1,
        })),
      );
      const from = Number(params.cursor ?? 0);
      const next = from + PAGE < all.length ? String(from + PAGE) : null;
      return { items: all.slice(from, from + PAGE), next };
    });
    // A gateway comes back: all of its sessions want to know where they begin.
    const principals = Array.from({ length: SESSIONS }, (_, index) => `p${index}`);
    const found = await Promise.all(principals.map((principalId) => heads.find(principalId)));
    expect(calls.length).to.equal((SESSIONS / 100) * EACH);
    expect(Math.max(...calls.map(({ principalIds }) => principalIds.length))).to.equal(100);
    expect(most).to.be.within(1, 4);
    expect(found.map((own) => own?.map(({ conversationId }) => conversationId))).to.deep.equal(
      principals.map((principalId) => [0, 1, 2].map((index) => `${principalId} ${index}`)),
    );
  });
});

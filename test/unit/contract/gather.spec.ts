import { expect } from "chai";
import fc from "fast-check";
import type { Stored } from "../../../contract/actions.ts";
import { type Outcome, refused } from "../../../contract/errors.ts";
import { gather } from "../../../contract/gather.ts";

const stored = (seen: boolean, repeat = false): Outcome<Stored> => ({
  ok: { conversationId: "?", seq: 7, sentAt: "then", hash: "hash", repeat, ...(seen && { seen }) },
});
const archived = (seen: boolean): Outcome<Stored> => ({
  refused: refused("archived", "The conversation is archived", seen ? { seen } : {}),
});
const lost: Outcome<Stored> = { refused: refused("unavailable", "lost", { retryAfter: 5 }) };
const bug: Outcome<Stored> = { refused: refused("internal", "a bug") };

describe("what is told of a message to a topic", () => {
  it("are receipts of what one is in, and numbers of the rest", () => {
    const outcomes = { d: stored(false), c: archived(false), b: archived(true), a: stored(true) };
    const gathered = gather(new Map(Object.entries(outcomes)), "key", 2);
    if (!("ok" in gathered)) throw new Error("refused");
    const { receipts, unseen, stored: isNew } = gathered.ok;
    expect(receipts[0]).to.deep.equal({ conversationId: "a", seq: 7, sentAt: "then", hash: "hash" });
    expect(receipts[1]).to.have.property("conversationId", "b");
    expect(receipts[1]).to.have.nested.property("problem.status", 409);
    expect([receipts.length, unseen, isNew]).to.deep.equal([2, { stored: 1, refused: 3 }, true]);
  });

  it("is that nothing new was stored, be it a repeat or all refusing", () => {
    for (const outcome of [stored(true, true), stored(false, true), archived(true), archived(false)])
      expect(gather(new Map([["a", outcome]]), "key", 0)).to.have.nested.property("ok.stored", false);
  });

  it("is, where one could not answer, what became of the others and with what to finish it", () => {
    for (const unanswered of [lost, bug]) {
      const gathered = gather(new Map(Object.entries({ a: stored(true), b: unanswered, c: stored(false) })), "key", 0);
      if (!("refused" in gathered)) throw new Error("not refused");
      expect(gathered.refused.type).to.equal("unavailable");
      expect(gathered.refused.data?.sent).to.deep.include({
        clientMessageId: "key",
        unseen: { stored: 1, refused: 0 },
      });
      expect(gathered.refused.data?.sent?.receipts).to.have.length(1);
    }
  });

  it("G5 never names a conversation that does not say that he is in it", () => {
    const outcome = fc.constantFrom(stored(false), stored(false, true), archived(false), lost, bug);
    fc.assert(
      fc.property(fc.dictionary(fc.uuid(), outcome), (outcomes) => {
        const told = JSON.stringify(gather(new Map(Object.entries(outcomes)), "key", 0));
        for (const id of Object.keys(outcomes)) expect(told).not.to.include(id);
      }),
    );
  });
});

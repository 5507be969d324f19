import { expect } from "chai";
import fc from "fast-check";
import { Mailbox } from "../../../mixins/actor/mailbox.ts";

const item = fc.record({ count: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 0, max: 100 }) });

describe("mailbox", () => {
  it("hands out everything once, in the order of arrival, whatever the bounds of a turn", () => {
    fc.assert(
      fc.property(
        fc.array(item),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 300 }),
        (items, count, bytes) => {
          const mailbox = new Mailbox<{ count: number; bytes: number }>({ count: 1e9, bytes: 1e9 });
          for (const one of items) mailbox.offer(one);
          const taken = [];
          while (mailbox.count > 0) taken.push(...mailbox.take({ count, bytes }));
          expect(taken).to.deep.equal(items);
          expect([mailbox.count, mailbox.bytes]).to.deep.equal([0, 0]);
        },
      ),
    );
  });

  it("keeps a turn within its bounds, unless a single item is larger", () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1 }), (items) => {
        const mailbox = new Mailbox<{ count: number; bytes: number }>({ count: 1e9, bytes: 1e9 });
        for (const one of items) mailbox.offer(one);
        const turn = mailbox.take({ count: 6, bytes: 150 });
        const sum = (of: "count" | "bytes") => turn.reduce((total, one) => total + one[of], 0);
        expect(turn.length).to.be.at.least(1);
        if (turn.length > 1) expect(sum("count") <= 6 && sum("bytes") <= 150).to.equal(true);
      }),
    );
  });

  it("G8 refuses what is past its bounds, takes nothing of it, and has room again after a turn", () => {
    const mailbox = new Mailbox<{ count: number; bytes: number }>({ count: 3, bytes: 100 });
    expect(mailbox.offer({ count: 3, bytes: 10 })).to.equal(true);
    expect(mailbox.offer({ count: 1, bytes: 10 })).to.equal(false);
    expect([mailbox.count, mailbox.bytes]).to.deep.equal([3, 10]);
    mailbox.take({ count: 10, bytes: 1000 });
    expect(mailbox.offer({ count: 1, bytes: 10 })).to.equal(true);
    expect(mailbox.offer({ count: 1, bytes: 95 })).to.equal(false);
  });
});

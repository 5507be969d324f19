import { expect } from "chai";
import { encodeCursor } from "../../../contract/page-cursor.ts";
import { headsOf } from "../../../services/persistence/read/conversations.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = "", cy = ""] = people(3);

describeStore("heads of several principals", (withStore) => {
  it("come by principal and id, each one's own alone, and go on behind any of them", () =>
    withStore(async (store) => {
      const [shared, own, third] = [new Log(), new Log(), new Log()];
      await stored(store, [shared.create(ana), shared.join(bo), shared.message(ana)]);
      await stored(store, [own.create(bo)]);
      await stored(store, [third.create(ana), third.join(bo)]);
      const places = async (cursor?: string) => {
        const { items, next } = await headsOf(store.reader, { principalIds: [bo, ana, cy], cursor });
        expect(next).to.equal(null);
        return items.map(({ principalId, conversationId, head, from }) => [
          principalId,
          conversationId,
          head.seq,
          from,
        ]);
      };
      const of = (principalId: string, logs: [Log, number][]) =>
        logs.map(([log, from]) => [principalId, log.id, log.head.seq, from]).sort();
      const all = [
        ...of(ana, [
          [shared, 2],
          [third, 2],
        ]),
        ...of(bo, [
          [shared, 3],
          [own, 2],
          [third, 3],
        ]),
      ];
      expect(await places()).to.deep.equal(all);
      for (const [index, [principalId, conversationId]] of all.entries())
        expect(await places(encodeCursor({ principalId, conversationId }))).to.deep.equal(all.slice(index + 1));
    }));
});

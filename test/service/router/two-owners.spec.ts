import { expect } from "chai";
import { call } from "../../../mixins/call.ts";
import router from "../../../services/router/router.service.ts";
import { logOf, meta, people, reached, room, wire } from "../../support/services.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

const CONVERSATIONS = 20;
const SENDS = 15;

describe("G2 one order: two routers that both believe they own the same conversations", () => {
  it("under load store each message once, in one order that both acknowledge", async () => {
    await withFolder((folder) =>
      withBroker(wire(folder), (first) =>
        withBroker([reached(first, "persistence"), reached(first, "directory"), router], async (second) => {
          const [ana, bob] = await people(first, "ana", "bob");
          if (!ana || !bob) throw new Error("nobody");
          const rooms = await Promise.all(Array.from({ length: CONVERSATIONS }, () => room(first, ana, bob)));
          // Every message goes to both owners at once, under one key: the hardest thing to store once.
          const sends = rooms.flatMap((conversationId) =>
            Array.from({ length: SENDS }, (_, i) =>
              [ana, bob].flatMap((who) =>
                [first, second].map(async (broker) => {
                  const messages = [{ text: `${who.handle} ${i}`, clientMessageId: `${i}` }];
                  const [outcome] = await call(broker, "router.post", { conversationId, messages }, meta(who));
                  return { conversationId, who, i, outcome };
                }),
              ),
            ).flat(),
          );
          const acknowledged = await Promise.all(sends);
          for (const conversationId of rooms) {
            const log = await logOf(first, conversationId, ana);
            expect(log.map(({ seq }) => seq)).to.deep.equal(log.map((_, i) => i + 1));
            expect(log.filter(({ type }) => type === "message")).to.have.length(2 * SENDS);
            const verdict = await call(first, "persistence.verify", { conversationId }, meta(ana));
            expect(verdict.ok).to.equal(true);
            for (const { who, i, outcome } of acknowledged.filter((one) => one.conversationId === conversationId)) {
              if (!outcome || "refused" in outcome) throw new Error(JSON.stringify(outcome));
              const entry = log[outcome.ok.seq - 1];
              expect([entry?.senderId, entry?.clientMessageId, entry?.hash]).to.deep.equal([
                who.principalId,
                `${i}`,
                outcome.ok.hash,
              ]);
            }
          }
        }),
      ),
    );
  });

  it("nothing is answered from the memory of the one that is stale: not a repeat, not a refusal, not what changes nothing", async () => {
    await withFolder((folder) =>
      withBroker(wire(folder), (first) =>
        withBroker([reached(first, "persistence"), reached(first, "directory"), router], async (second) => {
          const [ana, bob] = await people(first, "ana", "bob");
          if (!ana || !bob) throw new Error("nobody");
          const conversationId = await room(first, ana, bob);
          const messages = [{ text: "x", clientMessageId: "k" }];
          // Both have it in memory now, and the second will write behind the first one's back.
          await call(first, "router.post", { conversationId, messages }, meta(bob));
          await call(second, "router.leave", { conversationId, principal: "@bob" }, meta(ana));
          const [repeat] = await call(first, "router.post", { conversationId, messages }, meta(bob));
          expect(repeat && "refused" in repeat && repeat.refused.type).to.equal("not-found");
          await call(second, "router.join", { conversationId, principal: "@bob" }, meta(ana));
          const [again] = await call(first, "router.post", { conversationId, messages }, meta(bob));
          expect(again && "ok" in again && again.ok.repeat).to.equal(true);
          await call(second, "router.leave", { conversationId }, meta(bob));
          const joined = await call(first, "router.join", { conversationId, principal: "@bob" }, meta(ana));
          expect(joined.changed).to.equal(true);
        }),
      ),
    );
  });
});

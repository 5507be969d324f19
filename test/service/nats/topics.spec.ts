import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { GROUP_CHANGES } from "../../../contract/limits.ts";
import { call } from "../../../mixins/call.ts";
import { directory } from "../../../services/directory/directory.service.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import router from "../../../services/router/router.service.ts";
import { describeOnNats, withNats } from "../../support/nats.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { ADMINISTRATOR, administrator, logOf, meta, people, room } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";
import { withNodes } from "./nodes.ts";

type Person = { principalId: string; handle: string };

/** Two routers and a node with the log, whose people are these. */
const withRouters = (
  use: (store: ServiceBroker, routers: ServiceBroker[], ana: Person, robot: Person) => Promise<void>,
) =>
  withNats((server) =>
    withFolder((folder) => {
      const store = [persistence(onSqlite(folder)), directory(() => ADMINISTRATOR)];
      return withNodes(server, { store, one: [router], two: [router] }, async (node, ...routers) => {
        if (!node) throw new Error("no node");
        await node.waitForServices(["router"]);
        const [ana, robot] = await people(node, "ana", "robot");
        if (!ana || !robot) throw new Error("nobody");
        await use(node, routers, ana, robot);
      });
    }),
  );

const publishing = async (node: ServiceBroker, publish: string[]) =>
  call(node, "directory.change", { handle: "robot", publish }, await administrator(node));
const send = (node: ServiceBroker, who: Person) =>
  call(node, "router.send", { to: "topic:alerts.fx", text: "moved" }, meta(who)).then(
    (sent) => ("unseen" in sent ? `${sent.unseen.stored} stored, ${sent.unseen.refused} refused` : "?"),
    (error) => error.type,
  );

describeOnNats("topics and groups on two routers", () => {
  it("each actor's node looks at the binding itself; a change holds on both soon, also when its event was lost", () =>
    withRouters(async (store, routers, ana, robot) => {
      await publishing(store, ["alerts.*"]);
      const rooms = await Promise.all(Array.from({ length: 8 }, () => room(store, ana)));
      const bindings = await Promise.all(
        rooms.map((conversationId) =>
          call(store, "directory.bind", { pattern: "alerts.>", conversationId }, meta(ana)),
        ),
      );
      const all = async (outcome: string) => {
        for (const node of [store, ...routers])
          await until(async () => (await send(node, robot)) === outcome, `${outcome} through ${node.nodeID}`);
      };
      await all("8 stored, 0 refused");
      for (const conversationId of rooms) {
        const log = await logOf(store, conversationId, ana);
        expect(log.filter(({ senderId }) => senderId === robot.principalId).length).to.be.at.least(3);
      }
      // From here on nobody is told of changes: each looks for itself.
      const broadcast = store.broadcast.bind(store);
      store.broadcast = async () => {};
      for (const { id } of bindings.slice(1)) await call(store, "directory.unbind", { id }, meta(ana));
      await all("1 stored, 0 refused");
      await publishing(store, []);
      await all("forbidden");
      await publishing(store, [">"]);
      await all("1 stored, 0 refused");
      store.broadcast = broadcast;
    })).timeout(60_000);

  it("a conversation is not entered by who says that a topic lets him in", () =>
    withRouters(async (store, _routers, ana, robot) => {
      await publishing(store, ["alerts.*"]);
      const [bound, other] = [await room(store, ana), await room(store, ana)];
      await call(store, "directory.bind", { pattern: "alerts.fx", conversationId: bound }, meta(ana));
      const forged = async (conversationId: string, topic: string) => {
        const [outcome] = await call(
          store,
          "router.post",
          { conversationId, messages: [{ text: "x", topic }] },
          meta(robot),
        );
        return outcome && "refused" in outcome ? outcome.refused : outcome?.ok.seen;
      };
      await until(async () => (await send(store, robot)) === "1 stored, 0 refused", "the binding");
      expect(await forged(bound, "alerts.fx")).to.equal(undefined);
      for (const [conversationId, topic] of [
        [other, "alerts.fx"],
        [bound, "alerts.eq"],
        [bound, "news.fx"],
      ] as const)
        expect(await forged(conversationId, topic)).to.deep.equal({
          ...{ type: "not-found", detail: "There is no such conversation", data: {} },
        });
    })).timeout(60_000);

  it("a group of more than one turn crosses from node to node", () =>
    withRouters(async (store, routers, ana) => {
      const crowd = await people(store, ...Array.from({ length: 2 * GROUP_CHANGES }, (_, n) => `p${n}`));
      const members = [ana, ...crowd].map(({ handle }) => `@${handle}`);
      for (const node of routers) {
        const made = await call(node, "directory.setGroup", { name: "all", members }, await administrator(store));
        expect(made).to.include({ members: members.length, created: node === routers[0] });
      }
      const sent = await call(store, "router.send", { to: "group:all", text: "hello" }, meta(ana));
      if (!("seq" in sent)) throw new Error("not to one conversation");
      expect(sent.seq).to.equal(members.length + 2);
      const verdict = await call(store, "persistence.verify", { conversationId: sent.conversationId }, meta(ana));
      expect(verdict).to.include({ ok: true, entries: members.length + 2 });
    })).timeout(60_000);
});

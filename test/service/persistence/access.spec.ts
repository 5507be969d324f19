import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import type { ActionName } from "../../../contract/actions.ts";
import { UNKNOWN_CONVERSATION } from "../../../contract/conversation.ts";
import { refusalOf } from "../../../contract/errors.ts";
import { call, type Meta } from "../../../mixins/call.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { withBroker } from "../../support/with-broker.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { describeStore, type WithDatabase } from "./describe-store.ts";

const [ana = "", bo = "", cy = ""] = people(3);

type Asked = (broker: ServiceBroker, conversationId: string, meta: Meta) => Promise<unknown>;

/** What members alone may ask for, of a conversation with a message at seq 3. */
const guarded: Record<string, Asked> = {
  read: (broker, conversationId, meta) => call(broker, "persistence.read", { conversationId }, meta),
  history: (broker, conversationId, meta) => call(broker, "persistence.history", { conversationId }, meta),
  message: (broker, conversationId, meta) => call(broker, "persistence.message", { conversationId, seq: 3 }, meta),
  replies: (broker, conversationId, meta) => call(broker, "persistence.replies", { conversationId, seq: 3 }, meta),
  members: (broker, conversationId, meta) => call(broker, "persistence.members", { conversationId }, meta),
  markRead: (broker, conversationId, meta) => call(broker, "persistence.markRead", { conversationId, seq: 3 }, meta),
  verify: (broker, conversationId, meta) => call(broker, "persistence.verify", { conversationId }, meta),
};

const told = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => "answered",
    (error: unknown) => {
      const { type, detail } = refusalOf(error);
      return [type, detail];
    },
  );

type World = (broker: ServiceBroker, hidden: string, open: string) => Promise<void>;

/** A private and a public conversation of ana's; bo was in both and has left. */
const worldIn =
  (withDatabase: WithDatabase) =>
  (use: World): Promise<void> =>
    withDatabase((config) =>
      withBroker([persistence(config)], async (broker) => {
        const [hidden, open] = [new Log(), new Log()];
        for (const append of [
          hidden.create(ana, { name: "hidden", private: true, purpose: "secret" }),
          hidden.message(ana, { text: "secret" }),
          hidden.join(ana, bo),
          hidden.leave(bo),
          open.create(ana, { name: "open", purpose: "known" }),
          open.message(ana),
          open.join(bo),
          open.leave(bo),
        ]) {
          await call(broker, "persistence.append", append);
        }
        await use(broker, hidden.id, open.id);
      }),
    );

describeStore("G5 nobody sees what isn't theirs", (_withStore, withDatabase) => {
  const world = worldIn(withDatabase);

  for (const [name, ask] of Object.entries(guarded)) {
    it(`${name}: a member is answered; to others a private conversation is as one that is not`, () =>
      world(async (broker, hidden, open) => {
        expect(await told(ask(broker, hidden, { principalId: ana }))).to.equal("answered");
        const unknown = ["not-found", UNKNOWN_CONVERSATION];
        for (const principalId of [bo, cy]) {
          expect(await told(ask(broker, hidden, { principalId }))).to.deep.equal(unknown);
          expect(await told(ask(broker, ana, { principalId }))).to.deep.equal(unknown);
          expect(await told(ask(broker, open, { principalId }))).to.deep.include.members(["not-a-member"]);
        }
        expect(await told(ask(broker, open, {}))).to.deep.include.members(["unauthorized"]);
      }));
  }

  it("lists hold the caller's own, and public ones where they are for all", () =>
    world(async (broker, hidden, open) => {
      const lists = async (principalId: string) => {
        const meta = { principalId };
        const mine = await call(broker, "persistence.conversations", {}, meta);
        const heads = await call(broker, "persistence.heads", {}, meta);
        const channels = await call(broker, "persistence.channels", {}, meta);
        return [
          mine.items.map(({ id }) => id),
          heads.items.map(({ conversationId }) => conversationId),
          channels.items.map(({ id, role, members }) => [id, role, members]),
        ];
      };
      expect(await lists(ana)).to.deep.equal([[hidden, open].sort(), [hidden, open].sort(), [[open, "owner", 1]]]);
      expect(await lists(bo)).to.deep.equal([[], [], [[open, null, 1]]]);
      for (const q of ["secret", "hidden"]) {
        const found = await call(broker, "persistence.channels", { q }, { principalId: ana });
        expect(found.items, "private ones are listed to nobody").to.deep.equal([]);
      }
    }));

  it("a single conversation is whole to a member, a listing to others where it is public, else not there", () =>
    world(async (broker, hidden, open) => {
      const one = (conversationId: string, principalId: string) =>
        call(broker, "persistence.conversation", { conversationId }, { principalId });
      expect(await one(hidden, ana)).to.include({ name: "hidden", purpose: "secret", role: "owner" });
      expect(await one(open, cy)).to.deep.equal({
        id: open,
        kind: "channel",
        name: "open",
        purpose: "known",
        members: 1,
        role: null,
      });
      expect(await told(one(hidden, cy))).to.deep.equal(["not-found", UNKNOWN_CONVERSATION]);
    }));

  it("a name leads to public ones, and to private ones only those who are in", () =>
    world(async (broker, hidden, open) => {
      const named = (name: string, principalId: string) => call(broker, "persistence.named", { name }, { principalId });
      expect(await named("hidden", ana)).to.deep.equal([hidden]);
      expect(await named("hidden", bo)).to.deep.equal([]);
      expect(await named("open", cy)).to.deep.equal([open]);
    }));

  it("without a caller nothing of a reader's is answered", () =>
    world(async (broker, _hidden, open) => {
      const asked: [ActionName, Promise<unknown>][] = [
        ["persistence.conversations", call(broker, "persistence.conversations", {})],
        ["persistence.heads", call(broker, "persistence.heads", {})],
        ["persistence.channels", call(broker, "persistence.channels", {})],
        ["persistence.named", call(broker, "persistence.named", { name: "open" })],
        ["persistence.conversation", call(broker, "persistence.conversation", { conversationId: open })],
      ];
      for (const [name, answer] of asked) expect(await told(answer), name).to.deep.include.members(["unauthorized"]);
    }));
});

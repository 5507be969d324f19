import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { typeOf } from "../../../contract/errors.ts";
import { EMOJIS } from "../../../contract/limits.ts";
import { call } from "../../../mixins/call.ts";
import { logOf, meta, people, room, send, wiredTo } from "../../support/services.ts";
import { withBroker } from "../../support/with-broker.ts";
import { describeStore, type WithDatabase } from "./describe-store.ts";

type Person = { principalId: string; handle: string };

type InRoom = (broker: ServiceBroker, conversationId: string, ana: Person, bob: Person) => Promise<void>;

const roomIn = (withDatabase: WithDatabase) => (use: InRoom) =>
  withDatabase((config) =>
    withBroker(wiredTo(config), async (broker) => {
      const [ana, bob] = await people(broker, "ana", "bob");
      if (!ana || !bob) throw new Error("nobody");
      await use(broker, await room(broker, ana, bob), ana, bob);
    }),
  );

const say = async (broker: ServiceBroker, who: Person, to: string, text: string, more: object = {}) =>
  (await send(broker, { to, text, ...more }, who)).seq;
const read = (broker: ServiceBroker, who: Person, conversationId: string, seq: number) =>
  call(broker, "persistence.message", { conversationId, seq }, meta(who));
const bodies = async (broker: ServiceBroker, conversationId: string, ana: Person) =>
  Object.fromEntries((await logOf(broker, conversationId, ana)).map(({ seq, body }) => [seq, body]));

describeStore("what later entries make of a message", (_withStore, withDatabase) => {
  const withRoom = roomIn(withDatabase);

  it("an edit: history shows the last version, the log withholds those before it", () =>
    withRoom(async (broker, conversationId, ana, bob) => {
      const seq = await say(broker, ana, conversationId, "first", { data: { k: 1 } });
      const edit = (text: string) => call(broker, "router.edit", { conversationId, seq, text }, meta(ana));
      await edit("second");
      await edit("third");
      const message = await read(broker, bob, conversationId, seq);
      expect(message).to.include({ text: "third", seq });
      expect(message.data).to.deep.equal({ k: 1 });
      expect(message.editedAt).to.be.a("string");
      const shown = await bodies(broker, conversationId, ana);
      expect([shown[seq], shown[seq + 1]]).to.deep.equal([undefined, undefined]);
      expect(shown[seq + 2]).to.include({ text: "third" });
      expect((await call(broker, "persistence.verify", { conversationId }, meta(ana))).ok).to.equal(true);
    }));

  it("a redaction: its text, data, mentions, reactions and pin are gone everywhere, its thread is kept", () =>
    withRoom(async (broker, conversationId, ana, bob) => {
      const root = await say(broker, bob, conversationId, "root");
      const seq = await say(broker, ana, conversationId, "@bob regretted", { replyTo: root });
      await call(broker, "router.edit", { conversationId, seq, text: "@bob regretted again" }, meta(ana));
      await call(broker, "router.react", { conversationId, seq, emoji: "👀", on: true }, meta(bob));
      await call(broker, "router.pin", { conversationId, seq, on: true }, meta(bob));
      expect((await read(broker, ana, conversationId, root)).replies).to.equal(1);
      await call(broker, "router.redact", { conversationId, seq }, meta(bob)).catch(() => {});
      await call(broker, "router.redact", { conversationId, seq, reason: "regret" }, meta(ana));
      const { sentAt: _, ...message } = await read(broker, bob, conversationId, seq);
      expect(message).to.deep.equal({
        seq,
        senderId: ana.principalId,
        replyTo: root,
        mentions: [],
        redacted: true,
        replies: 0,
        reactions: [],
      });
      expect(JSON.stringify(await bodies(broker, conversationId, ana))).to.not.include("regretted");
      expect((await read(broker, ana, conversationId, root)).replies).to.equal(0);
      const { unread, mentions } = (await call(broker, "persistence.conversations", {}, meta(bob))).items[0] ?? {};
      expect([unread, mentions]).to.deep.equal([1, 0]);
    }));

  it("mentions follow the last version, at the message's place", () =>
    withRoom(async (broker, conversationId, ana, bob) => {
      const mentions = async () => (await call(broker, "persistence.conversations", {}, meta(bob))).items[0]?.mentions;
      const seq = await say(broker, ana, conversationId, "nobody");
      const edit = (text: string) => call(broker, "router.edit", { conversationId, seq, text }, meta(ana));
      expect(await mentions()).to.equal(0);
      await edit("@bob now");
      expect(await mentions()).to.equal(1);
      await edit("@bob still");
      expect(await mentions()).to.equal(1);
      await call(broker, "persistence.markRead", { conversationId, seq }, meta(bob));
      expect(await mentions()).to.equal(0);
      await edit("nobody again");
      expect(await mentions()).to.equal(0);
      await edit("@bob, read already");
      expect(await mentions()).to.equal(0);
      await say(broker, ana, conversationId, "@bob anew");
      expect(await mentions()).to.equal(1);
    }));

  it("reactions are counted by emoji, each person once, and as each reader sees them; pins stand until taken off", () =>
    withRoom(async (broker, conversationId, ana, bob) => {
      const seq = await say(broker, ana, conversationId, "react to me");
      const react = (who: Person, emoji: string, on = true) =>
        call(broker, "router.react", { conversationId, seq, emoji, on }, meta(who));
      const seen = async (who: Person) =>
        (await read(broker, who, conversationId, seq)).reactions.map(({ emoji, count, me }) => `${emoji}${count}${me}`);
      for (const who of [ana, bob, bob]) await react(who, "👍");
      await react(bob, "👩‍💻");
      expect(await seen(ana)).to.deep.equal(["👍2true", "👩‍💻1false"]);
      await react(ana, "👍", false);
      await react(ana, "👍", false);
      expect(await seen(bob)).to.deep.equal(["👍1true", "👩‍💻1true"]);
      await react(ana, "👍");
      expect(await seen(ana)).to.deep.equal(["👍2true", "👩‍💻1false"]);
      const pin = (on: boolean) => call(broker, "router.pin", { conversationId, seq, on }, meta(bob));
      const changed = [];
      for (const on of [true, true, false, false, true]) changed.push((await pin(on)).changed);
      expect(changed).to.deep.equal([true, false, true, false, true]);
      expect((await read(broker, ana, conversationId, seq)).pinned).to.equal(true);
    }));

  it("G8 so many different emoji stand on one message at most: each that is taken off makes room for another", () =>
    withRoom(async (broker, conversationId, ana, bob) => {
      const seq = await say(broker, ana, conversationId, "react to me");
      const react = (who: Person, emoji: string, on = true) =>
        call(broker, "router.react", { conversationId, seq, emoji, on }, meta(who));
      for (let from = 0; from < EMOJIS; from += 20)
        await Promise.all(Array.from({ length: 20 }, (_, n) => react(bob, `e${from + n}`)));
      expect((await read(broker, ana, conversationId, seq)).reactions).to.have.length(EMOJIS);
      expect(await react(ana, "new").catch(typeOf)).to.equal("conflict");
      expect((await react(ana, "e7")).changed).to.equal(true);
      await react(bob, "e7", false);
      expect(await react(ana, "new").catch(typeOf), "hers still stands").to.equal("conflict");
      await react(bob, "e8", false);
      expect((await react(ana, "new")).changed).to.equal(true);
    }));

  it("name, purpose and archiving are the conversation's, and of its log", () =>
    withRoom(async (broker, conversationId, ana) => {
      await call(
        broker,
        "router.change",
        { conversationId, name: "Lunch ☕", purpose: "noon", archived: true },
        meta(ana),
      );
      const conversation = await call(broker, "persistence.conversation", { conversationId }, meta(ana));
      expect(conversation).to.include({ name: "Lunch ☕", purpose: "noon", archived: true });
      expect((await call(broker, "persistence.verify", { conversationId }, meta(ana))).ok).to.equal(true);
    }));
});

import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { v7 as uuid } from "uuid";
import type { Announcement } from "../../../contract/events.ts";
import { call } from "../../../mixins/call.ts";
import { fanOutOf } from "../../../mixins/fan-out/fan-out.middleware.ts";
import { administrator, logOf, meta, people, room, send, wire } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

type Person = { principalId: string; handle: string };

/** The wire with three people on it. */
const withPeople = (use: (broker: ServiceBroker, ana: Person, bob: Person, cleo: Person) => Promise<void>) =>
  withFolder((folder) =>
    withBroker(wire(folder), async (broker) => {
      const [ana, bob, cleo] = await people(broker, "ana", "bob", "cleo");
      if (!ana || !bob || !cleo) throw new Error("nobody");
      await use(broker, ana, bob, cleo);
    }),
  );

const typeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing refused",
    (error) => error.type,
  );

describe("the router", () => {
  it("fifty simultaneous first messages of two people make one direct conversation", () =>
    withPeople(async (broker, ana, bob) => {
      const sent = await Promise.all(
        Array.from({ length: 50 }, (_, i) => {
          const [from, to] = i % 2 ? [ana, bob] : [bob, ana];
          return send(broker, { to: `@${to.handle}`, text: `${i}` }, from);
        }),
      );
      const ids = new Set(sent.map(({ conversationId }) => conversationId));
      expect(ids.size).to.equal(1);
      const log = await logOf(broker, sent[0]?.conversationId ?? "", ana);
      expect(log.map(({ type }) => type)).to.deep.equal(["create", "join", "join", ...Array(50).fill("message")]);
    }));

  it("two creates of one name at once: one is refused", () =>
    withPeople(async (broker, ana, bob) => {
      const make = (who: Person) => call(broker, "router.create", { kind: "channel", name: "fx" }, meta(who));
      const outcomes = await Promise.allSettled([make(ana), make(bob), make(ana)]);
      expect(outcomes.map((made) => (made.status === "fulfilled" ? "made" : made.reason.type)).sort()).to.deep.equal([
        "conflict",
        "conflict",
        "made",
      ]);
    }));

  it("a name means a public channel, or a private one of one's own; two of a name are ambiguous", () =>
    withPeople(async (broker, ana, bob, cleo) => {
      const make = (who: Person) =>
        call(broker, "router.create", { kind: "channel", name: "fx", private: true }, meta(who));
      const mine = await make(ana);
      const theirs = await make(bob);
      const to = (who: Person) => call(broker, "router.resolve", { to: "#fx" }, meta(who));
      expect([await to(ana), await to(bob)]).to.deep.equal([
        { conversationId: mine.conversationId },
        { conversationId: theirs.conversationId },
      ]);
      expect(await typeOf(to(cleo))).to.equal("not-found");
      await call(broker, "router.join", { conversationId: theirs.conversationId, principal: "@ana" }, meta(bob));
      expect(await typeOf(to(ana))).to.equal("ambiguous-address");
    }));

  it("a batch of one session is stored in its order, each message with its own outcome", () =>
    withPeople(async (broker, ana, bob) => {
      const conversationId = await room(broker, ana, bob);
      const messages = [
        { text: "1" },
        { text: "2", replyTo: 99 },
        { text: "3" },
        { text: "4", clientMessageId: "k" },
        { text: "4", clientMessageId: "k" },
      ];
      const outcomes = await call(broker, "router.post", { conversationId, messages }, meta(ana));
      expect(outcomes.map((outcome) => ("ok" in outcome ? outcome.ok.seq : outcome.refused.type))).to.deep.equal([
        4,
        "validation",
        5,
        6,
        6,
      ]);
    }));

  it("mentions are of members, by their handles at the time", () =>
    withPeople(async (broker, ana, bob, cleo) => {
      const conversationId = await room(broker, ana, bob);
      await call(broker, "router.send", { to: conversationId, text: `@BOB, @${cleo.handle} and @nobody.` }, meta(ana));
      const last = (await logOf(broker, conversationId, ana)).at(-1);
      expect(last?.body).to.have.property("mentions").that.deep.equals([bob.principalId]);
    }));

  it("refuses what is malformed with what is wrong, and writes nothing of it", () =>
    withPeople(async (broker, ana, bob) => {
      const conversationId = await room(broker, ana, bob);
      const length = (await logOf(broker, conversationId, ana)).length;
      for (const more of [
        { text: "" },
        { text: "\ud800" },
        { text: "a\0b" },
        { text: "x", data: { a: "\udc00" } },
        { text: "x", data: { a: "\0" } },
        { text: "x", data: { a: "y".repeat(33_000) } },
      ])
        expect(await typeOf(call(broker, "router.send", { to: conversationId, ...more }, meta(ana)))).to.equal(
          "validation",
        );
      const creations = [
        { kind: "channel" as const },
        { kind: "channel" as const, name: "Upper" },
        { kind: "direct" as const, members: [] },
        { kind: "direct" as const, members: ["@bob", "@cleo"] },
        { kind: "direct" as const, members: ["@bob"], name: "x" },
        { kind: "room" as const, private: false },
        { kind: "room" as const, members: ["@nobody"] },
      ];
      for (const creation of creations)
        expect(await typeOf(call(broker, "router.create", creation, meta(ana)))).to.equal("validation");
      expect(await logOf(broker, conversationId, ana)).to.have.length(length);
    }));

  it("nobody in particular may do nothing", () =>
    withPeople(async (broker, ana, bob) => {
      const conversationId = await room(broker, ana, bob);
      for (const refused of [
        call(broker, "router.send", { to: conversationId, text: "x" }),
        call(broker, "router.create", { kind: "room" }),
        call(broker, "router.join", { conversationId }),
        call(broker, "persistence.read", { conversationId }),
      ])
        expect(await typeOf(refused)).to.be.oneOf(["unauthorized", "forbidden"]);
    }));

  it("an administrator has no conversation but his own", () =>
    withPeople(async (broker, ana, bob) => {
      const conversationId = await room(broker, ana, bob);
      const admin = await administrator(broker);
      expect(await typeOf(call(broker, "router.send", { to: conversationId, text: "x" }, admin))).to.equal("not-found");
      expect(await typeOf(call(broker, "persistence.read", { conversationId }, admin))).to.equal("not-found");
    }));

  it("G4 a failure between commit and announcement: the send is answered, and what was not told is told at once after", () =>
    withPeople(async (broker, ana, bob) => {
      const conversationId = await room(broker, ana, bob);
      const fanOut = fanOutOf(broker);
      const heard: Announcement[] = [];
      fanOut.onAnnouncement(conversationId, (announcement) => heard.push(announcement));
      const announce = fanOut.announce.bind(fanOut);
      fanOut.announce = () => {
        fanOut.announce = announce;
        throw new Error("the process was about to tell");
      };
      const sent = await send(broker, { to: conversationId, text: "x" }, ana);
      const told = await until(() => heard[0], "an announcement");
      expect(told).to.deep.equal({ conversationId, head: { seq: sent.seq, hash: sent.hash }, entries: [] });
    }));

  it("a conversation that is passivated, or whose actor lives elsewhere, is the same when it comes back", () =>
    withFolder(async (folder) => {
      const id = uuid();
      await withBroker(wire(folder), async (broker) => {
        const [ana] = await people(broker, "ana");
        await call(broker, "router.create", { id, kind: "channel", name: "fx", purpose: "Euro" }, meta(ana));
        await call(broker, "router.send", { to: "#fx", text: "before", clientMessageId: "k" }, meta(ana));
      });
      await withBroker(wire(folder), async (broker) => {
        const ana = { principalId: (await call(broker, "directory.get", { handle: "ana" })).id };
        const repeat = await send(broker, { to: "#fx", text: "before", clientMessageId: "k" }, ana);
        expect([repeat.seq, repeat.repeat]).to.deep.equal([3, true]);
        const next = await send(broker, { to: "#fx", text: "after" }, ana);
        expect(next.seq).to.equal(4);
        expect((await call(broker, "persistence.verify", { conversationId: id }, meta(ana))).ok).to.equal(true);
      });
    }));
});

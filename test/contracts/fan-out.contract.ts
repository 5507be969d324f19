import { expect } from "chai";
import type { Announcement, Notice } from "../../contract/events.ts";
import type { FanOut } from "../../mixins/fan-out/fan-out.ts";

const announcement = (conversationId: string, seq: number): Announcement => ({
  conversationId,
  head: { seq, hash: "0".repeat(64) },
  entries: [],
});
const notice = (seq: number): Notice => ({ type: "left", conversationId: "c", seq });

/** What every kind of fan-out does, if nothing is dropped. */
export function fanOutContract(
  name: string,
  withFanOut: (use: (fanOut: FanOut) => Promise<void>) => Promise<void>,
): void {
  const test = (promise: string, use: (fanOut: FanOut) => Promise<void>) => it(promise, () => withFanOut(use));

  describe(`fan-out: ${name}`, () => {
    test("tells those who listen to a conversation, in order, and nobody else", async (fanOut) => {
      const heard: unknown[] = [];
      fanOut.onAnnouncement("c", ({ head }) => heard.push(["first", head.seq]));
      fanOut.onAnnouncement("c", ({ head }) => heard.push(["second", head.seq]));
      fanOut.onAnnouncement("other", () => heard.push("other"));
      await fanOut.subscribed();
      fanOut.announce(announcement("c", 1));
      fanOut.announce(announcement("c", 2));
      await fanOut.subscribed();
      expect(heard).to.deep.equal([
        ["first", 1],
        ["second", 1],
        ["first", 2],
        ["second", 2],
      ]);
    });

    test("tells who listens to all conversations of each, whoever else listens", async (fanOut) => {
      const heard: string[] = [];
      fanOut.onAnnouncement("c", () => heard.push("one of c"));
      const stop = fanOut.onEveryAnnouncement(({ conversationId }) => heard.push(`all: ${conversationId}`));
      fanOut.onAnnouncement("*", () => heard.push("one of *"));
      await fanOut.subscribed();
      fanOut.announce(announcement("c", 1));
      fanOut.announce(announcement("a.b", 1));
      await fanOut.subscribed();
      expect(heard.sort()).to.deep.equal(["all: a.b", "all: c", "one of c"]);
      stop();
      await fanOut.subscribed();
      fanOut.announce(announcement("d", 1));
      await fanOut.subscribed();
      expect(heard).to.have.length(3);
    });

    test("tells a principal what concerns him alone", async (fanOut) => {
      const heard: Notice[] = [];
      fanOut.onNotice("ana", (one) => heard.push(one));
      await fanOut.subscribed();
      fanOut.notify("ana", notice(1));
      fanOut.notify("bob", notice(2));
      await fanOut.subscribed();
      expect(heard).to.deep.equal([notice(1)]);
    });

    test("tells of typing those who listen to it in the conversation, and of entries those who listen to entries", async (fanOut) => {
      const heard: unknown[] = [];
      const typing = (conversationId: string) => ({ type: "typing" as const, conversationId, principalId: "ana" });
      fanOut.onTyping("c", (one) => heard.push(one));
      fanOut.onAnnouncement("c", ({ head }) => heard.push(head.seq));
      await fanOut.subscribed();
      fanOut.type(typing("c"));
      fanOut.type(typing("other"));
      fanOut.announce(announcement("c", 1));
      await fanOut.subscribed();
      expect(heard).to.deep.equal([typing("c"), 1]);
    });

    test("tells those who watch a principal, and not himself, of his presence", async (fanOut) => {
      const heard: unknown[] = [];
      fanOut.onPresence("ana", (one) => heard.push(one));
      fanOut.onNotice("ana", () => heard.push("notice"));
      await fanOut.subscribed();
      fanOut.present({ principalId: "ana", status: "away" });
      fanOut.present({ principalId: "bob", status: "online" });
      await fanOut.subscribed();
      expect(heard).to.deep.equal([{ principalId: "ana", status: "away" }]);
    });

    test("an unsubscribed listener hears nothing more, whoever else does; unsubscribing twice is nothing", async (fanOut) => {
      const heard: string[] = [];
      const stop = fanOut.onAnnouncement("c", () => heard.push("stopped"));
      fanOut.onAnnouncement("c", () => heard.push("on"));
      stop();
      stop();
      await fanOut.subscribed();
      fanOut.announce(announcement("c", 1));
      await fanOut.subscribed();
      expect(heard).to.deep.equal(["on"]);
    });

    test("a listener may stop or begin while it is told", async (fanOut) => {
      const heard: string[] = [];
      const stop = fanOut.onAnnouncement("c", () => {
        heard.push("once");
        stop();
      });
      await fanOut.subscribed();
      fanOut.announce(announcement("c", 1));
      fanOut.announce(announcement("c", 2));
      await fanOut.subscribed();
      expect(heard).to.deep.equal(["once"]);
    });

    test("with nobody listening nothing is kept", async (fanOut) => {
      await fanOut.subscribed();
      fanOut.announce(announcement("c", 1));
      const heard: Announcement[] = [];
      fanOut.onAnnouncement("c", (one) => heard.push(one));
      await fanOut.subscribed();
      expect(heard).to.deep.equal([]);
    });
  });
}

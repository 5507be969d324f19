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
export function fanOutContract(name: string, make: () => FanOut): void {
  describe(`fan-out: ${name}`, () => {
    it("tells those who listen to a conversation, in order, and nobody else", () => {
      const fanOut = make();
      const heard: unknown[] = [];
      fanOut.onAnnouncement("c", ({ head }) => heard.push(["first", head.seq]));
      fanOut.onAnnouncement("c", ({ head }) => heard.push(["second", head.seq]));
      fanOut.onAnnouncement("other", () => heard.push("other"));
      fanOut.announce(announcement("c", 1));
      fanOut.announce(announcement("c", 2));
      expect(heard).to.deep.equal([
        ["first", 1],
        ["second", 1],
        ["first", 2],
        ["second", 2],
      ]);
    });

    it("tells a principal what concerns him alone", () => {
      const fanOut = make();
      const heard: Notice[] = [];
      fanOut.onNotice("ana", (one) => heard.push(one));
      fanOut.notify("ana", notice(1));
      fanOut.notify("bob", notice(2));
      expect(heard).to.deep.equal([notice(1)]);
    });

    it("an unsubscribed listener hears nothing more, whoever else does; unsubscribing twice is nothing", () => {
      const fanOut = make();
      const heard: string[] = [];
      const stop = fanOut.onAnnouncement("c", () => heard.push("stopped"));
      fanOut.onAnnouncement("c", () => heard.push("on"));
      stop();
      stop();
      fanOut.announce(announcement("c", 1));
      expect(heard).to.deep.equal(["on"]);
    });

    it("a listener may stop or begin while it is told", () => {
      const fanOut = make();
      const heard: string[] = [];
      const stop = fanOut.onAnnouncement("c", () => {
        heard.push("once");
        stop();
      });
      fanOut.announce(announcement("c", 1));
      fanOut.announce(announcement("c", 2));
      expect(heard).to.deep.equal(["once"]);
    });

    it("with nobody listening nothing is kept", () => {
      const fanOut = make();
      fanOut.announce(announcement("c", 1));
      const heard: Announcement[] = [];
      fanOut.onAnnouncement("c", (one) => heard.push(one));
      expect(heard).to.deep.equal([]);
    });
  });
}

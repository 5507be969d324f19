import { expect } from "chai";
import type { Presence } from "../../../contract/presence.ts";
import { until } from "../../support/until.ts";
import { type Client, type Stream, withEdge } from "./edge.ts";

/** Times short enough to wait for, in the order in which those of production are. */
const times = { sweep: 20, sleep: 5_000, lease: 10_000, linger: 300, silence: 60_000 };

const seen = async (by: Client, who: Client): Promise<Presence> =>
  (await by.get(`/v1/presence?principals=@${who.handle}`)).body.items[0];
const isShown = (by: Client, who: Client, status: Presence["status"]) =>
  until(async () => (await seen(by, who)).status === status, `${who.handle} to be ${status}`);

/** What a stream was told of somebody. */
const told = (stream: Stream, who: Client) =>
  stream.frames.flatMap((frame) =>
    frame.type === "presence" && frame.principalId === who.principalId ? [frame.status] : [],
  );
const last = (stream: Stream, who: Client) => told(stream, who).at(-1);

async function watching(by: Client, ...others: Client[]): Promise<Stream> {
  const stream = await by.stream();
  await stream.say({ type: "watch", principals: others.map(({ handle }) => `@${handle}`) });
  await until(() => others.every((other) => last(stream, other)), "the present state");
  return stream;
}

describe("presence at the edge", () => {
  it("is online with the first session, offline after the last, and seen then", () =>
    withEdge(
      async ({ person }) => {
        const [ana, bob] = [await person("ana"), await person("bob")];
        const watcher = await watching(bob, ana);
        expect(await seen(bob, ana)).to.deep.equal({ principalId: ana.principalId, status: "offline" });
        const streams = [await ana.stream(), await ana.stream()];
        await isShown(bob, ana, "online");
        const before = new Date().toISOString();
        for (const stream of streams) stream.socket.close();
        await isShown(bob, ana, "offline");
        await until(() => told(watcher, ana).length === 3, "all to be told");
        expect(told(watcher, ana)).to.deep.equal(["offline", "online", "offline"]);
        const { lastSeen } = await seen(bob, ana);
        expect(lastSeen)
          .to.be.a("string")
          .and.satisfy((text: string) => text >= before);
      },
      { times },
    ));

  it("goes on over a reload: who comes back soon was never away", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const watcher = await watching(bob, ana);
      const first = await ana.stream();
      await until(() => last(watcher, ana) === "online");
      first.socket.terminate();
      const second = await ana.stream();
      second.socket.terminate();
      await ana.stream();
      await ana.put("/v1/presence", { status: "away" });
      await until(() => last(watcher, ana) === "away");
      expect(told(watcher, ana)).to.deep.equal(["offline", "online", "away"]);
    }));

  it("is one choice for all sessions, with a text that ends by itself, over REST and the stream", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const watcher = await watching(bob, ana);
      const stream = await ana.stream();
      const ends = new Date(Date.now() + 1_200).toISOString();
      const choice = { status: "dnd", text: "in a meeting", until: ends };
      const { status, body } = await ana.put("/v1/presence", choice);
      expect([status, body]).to.deep.equal([200, choice]);
      await isShown(bob, ana, "dnd");
      expect(await seen(bob, ana)).to.deep.equal({ principalId: ana.principalId, ...choice });
      await until(() => last(watcher, ana) === "dnd");
      await until(() => {
        const frame = watcher.frames.at(-1);
        return frame?.type === "presence" && frame.status === "dnd" && frame.text === undefined;
      }, "the text to end for those who watch");
      expect(await seen(bob, ana)).to.deep.equal({ principalId: ana.principalId, status: "dnd" });
      await stream.say({ type: "presence", status: "away" });
      await until(() => last(watcher, ana) === "away");
    }));

  it("G5 an invisible one shows what an offline one shows, whatever he does", () =>
    withEdge(
      async ({ person }) => {
        const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
        const room = await bob.room(ana, cleo);
        const watcher = await watching(bob, ana, cleo);
        const [hidden, gone] = [await ana.stream(), await cleo.stream()];
        await until(() => last(watcher, ana) === "online" && last(watcher, cleo) === "online");
        await ana.put("/v1/presence", { status: "invisible", text: "hidden", until: "2099-01-01T00:00:00.000Z" });
        gone.socket.close();
        await until(() => last(watcher, ana) === "offline" && last(watcher, cleo) === "offline");
        const [one, other] = [await seen(bob, ana), await seen(bob, cleo)];
        expect(Object.keys(one))
          .to.deep.equal(Object.keys(other))
          .and.deep.equal(["principalId", "status", "lastSeen"]);
        await hidden.say({ type: "typing", conversationId: room });
        hidden.socket.close();
        const again = await ana.stream();
        await again.say([
          { type: "typing", conversationId: room },
          { type: "presence", status: "invisible", text: "still" },
        ]);
        await ana.put("/v1/presence", { status: "invisible" });
        expect(await seen(ana, ana)).to.deep.equal(one);
        await ana.put("/v1/presence", { status: "online" });
        await until(() => last(watcher, ana) === "online");
        expect(told(watcher, ana)).to.deep.equal(["offline", "online", "offline", "online"]);
        expect(watcher.types()).not.to.include("typing");
        expect(JSON.stringify(watcher.frames)).not.to.match(/invisible|hidden|still/);
      },
      { times },
    ));

  it("is watched by list: the new one replaces the old, is answered each time, and unknown handles are nothing", () =>
    withEdge(async ({ person }) => {
      const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
      const watcher = await watching(bob, ana);
      await watcher.say({ type: "watch", principals: ["@cleo", "@nobody-at-all", "@CLEO"] });
      await until(() => last(watcher, cleo), "the present state of the new one");
      await ana.stream();
      await isShown(bob, ana, "online");
      await cleo.stream();
      await until(() => last(watcher, cleo) === "online");
      expect(told(watcher, ana)).to.deep.equal(["offline"]);
      await watcher.say({ type: "watch", principals: ["@cleo"] });
      await until(() => told(watcher, cleo).length === 3, "the answer to the same list");
      expect(told(watcher, cleo)).to.deep.equal(["offline", "online", "online"]);
    }));

  it("typing is told to members, once in two seconds, not to oneself, and of what one is not in nothing happens", () =>
    withEdge(async ({ person, again }) => {
      const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
      const [room, other, third] = [await ana.room(bob), await ana.room(bob), await ana.room(bob)];
      const reader = await again(ana, { scopes: ["read"] });
      const [one, two, stranger, mute] = [
        await ana.stream(),
        await bob.stream(),
        await cleo.stream(),
        await reader.stream(),
      ];
      const typing = (conversationId: string) => ({ type: "typing", conversationId });
      await stranger.say([typing(room), typing(other)]);
      await mute.say(typing(third));
      await one.say(Array.from({ length: 100 }, () => typing(room)));
      await one.say(typing(other));
      await until(() => two.types().filter((type) => type === "typing").length === 2, "both to be told");
      await ana.send(room, "written");
      await until(() => two.seqs(room).length > 0);
      const shown = two.frames.filter(({ type }) => type === "typing");
      expect(shown).to.deep.equal([
        { type: "typing", conversationId: room, principalId: ana.principalId },
        { type: "typing", conversationId: other, principalId: ana.principalId },
      ]);
      for (const stream of [one, stranger, mute]) expect(stream.types()).not.to.include("typing");
      await bob.delete(`/v1/conversations/${room}/members/bob`);
      await until(() => two.types().includes("left"));
      const { body } = await ana.get(`/v1/conversations/${room}`);
      expect(body.head.seq, "typing is not stored").to.equal(5);
    }));

  it("refuses what is not well-formed, and takes a text of 140 code points", () =>
    withEdge(async ({ person }) => {
      const ana = await person("ana");
      const bad = [
        {},
        { status: "offline" },
        { status: "asleep" },
        { status: "online", text: 5 },
        { status: "online", text: null },
        { status: "online", text: "x".repeat(141) },
        { status: "online", until: "later" },
        { status: "online", until: "2026-13-01T00:00:00.000Z" },
        { status: "online", until: "2099-02-30T00:00:00.000Z" },
        { status: "online", until: "2026-01-01T00:00:00Z" },
        { status: "online", note: "x" },
      ];
      for (const body of bad) expect((await ana.put("/v1/presence", body)).status, JSON.stringify(body)).to.equal(400);
      const text = "😀".repeat(140);
      expect((await ana.put("/v1/presence", { status: "online", text })).status).to.equal(200);
      for (const query of ["", "?principals=", "?principals=ana", "?principals=@ana&limit=2"])
        expect((await ana.get(`/v1/presence${query}`)).status, query).to.equal(400);
      for (const frame of [
        { type: "presence" },
        { type: "presence", status: "offline" },
        { type: "typing" },
        { type: "typing", conversationId: "x" },
        { type: "watch" },
        { type: "watch", principals: ["ana"] },
        { type: "watch", principals: Array.from({ length: 1001 }, () => "@ana") },
      ]) {
        const stream = await ana.stream();
        await stream.say(frame);
        expect(await stream.end(), JSON.stringify(frame).slice(0, 50)).to.equal(4400);
      }
    }));
});

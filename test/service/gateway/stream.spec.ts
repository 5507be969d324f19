import { expect } from "chai";
import { until } from "../../support/until.ts";
import { type Client, Stream, withEdge } from "./edge.ts";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Sends this many messages over a stream and waits until all are acknowledged. */
async function post(stream: Stream, to: string, count: number, text = "x", together = 100): Promise<void> {
  const before = stream.types().filter((type) => type === "ack").length;
  for (let left = count; left > 0; left -= together) {
    const size = Math.min(left, together);
    await stream.say(Array.from({ length: size }, (_, index) => ({ type: "send", ref: index, to, text })));
  }
  await until(() => stream.types().filter((type) => type === "ack").length === before + count, "all acknowledged");
}

const headOf = async (client: Client, id: string): Promise<number> =>
  (await client.get(`/v1/conversations/${id}`)).body.head.seq;

describe("the stream", () => {
  it("G4: tells each member of each entry once and in order, the sender too, live and after a break", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room(bob);
      const [one, two] = [await ana.stream(), await bob.stream()];
      const ready = await one.frame("ready");
      expect([ready.principalId, ready.heads]).to.deep.equal([ana.principalId, { [id]: 3 }]);
      await one.say({ type: "send", ref: "r", to: id, text: "over the stream" });
      const ack = await one.frame("ack");
      expect(ack).to.include({ ref: "r", conversationId: id, seq: 4 });
      const { body: sent } = await bob.send(id, "over REST");
      await until(() => one.seqs(id).length === 2 && two.seqs(id).length === 2);
      two.socket.terminate();
      await post(one, id, 300);
      const again = await bob.stream({ [id]: sent.seq });
      await post(one, id, 50);
      await until(() => again.seqs(id).at(-1) === 355, "the last entry");
      expect(again.seqs(id)).to.deep.equal(range(6, 355));
      expect(one.seqs(id)).to.deep.equal(range(4, 355));
      const entries = await bob.get(`/v1/conversations/${id}/entries?limit=2&after=3`);
      const [live] = one.frames.filter((frame) => frame.type === "entries");
      expect(JSON.stringify(live?.type === "entries" && live.entries[0])).to.equal(
        JSON.stringify(entries.body.items[0]),
      );
    }));

  it("begins where its cursors say: from the start, at the head, and nowhere one is not", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const [shared, own] = [await ana.room(bob), await ana.room()];
      for (const text of ["a", "b", "c"]) await ana.send(shared, text);
      const stream = await bob.stream({ [shared]: 0, [own]: 0, nonsense: 3 });
      await until(() => stream.seqs(shared).length === 6);
      expect(stream.seqs(shared)).to.deep.equal(range(1, 6));
      const ahead = await bob.stream({ [shared]: 1000 });
      await ana.send(shared, "d");
      await until(() => ahead.seqs(shared).length === 1);
      expect([ahead.seqs(shared), stream.seqs(own)]).to.deep.equal([[7], []]);
    }));

  it("G5: says joined and left, and nothing between the two that is not one's own", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room();
      await ana.send(id, "before");
      const [live, other] = [await bob.stream(), await bob.stream()];
      const members = `/v1/conversations/${id}/members`;
      await ana.post(members, { principal: "@bob" });
      await ana.send(id, "welcome");
      await until(() => live.seqs(id).length === 2 && other.seqs(id).length === 2);
      await ana.delete(`${members}/bob`);
      await ana.send(id, "behind his back");
      await ana.post(members, { principal: "@bob" });
      await until(() => live.seqs(id).at(-1) === 8 && other.seqs(id).at(-1) === 8);
      for (const stream of [live, other]) {
        expect(stream.types()).to.deep.equal([
          "ready",
          "joined",
          "entries",
          "entries",
          "entries",
          "left",
          "joined",
          "entries",
        ]);
        expect(stream.seqs(id)).to.deep.equal([4, 5, 6, 8]);
      }
    }));

  it("shows a new direct conversation from its first entry, to every session of both", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const streams = [await ana.stream(), await bob.stream(), await bob.stream()];
      const { body } = await ana.send("@bob", "hello");
      for (const stream of streams) {
        await until(() => stream.seqs(body.conversationId).length === 4);
        expect(stream.types().slice(0, 3)).to.deep.equal(["ready", "joined", "entries"]);
        expect(stream.seqs(body.conversationId)).to.deep.equal([1, 2, 3, 4]);
      }
    }));

  it("stores one session's sends in the order sent, by whatever address", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const { conversationId } = (await ana.send("@bob", "first")).body;
      const stream = await ana.stream();
      for (let ref = 0; ref < 60; ref++)
        await stream.say({ type: "send", ref, to: ref % 3 ? conversationId : "@bob", text: `${ref}` });
      await until(() => stream.types().filter((type) => type === "ack").length === 60);
      const { body } = await bob.get(`/v1/conversations/${conversationId}/messages?limit=60`);
      expect(Array.from(body.items, (message: { text: string }) => message.text)).to.deep.equal(
        range(0, 59).map(String),
      );
    }));

  it("tells of what was read in one's other sessions, and only there", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const [id, strange] = [await ana.room(bob), await bob.room()];
      const [one, two, others] = [await ana.stream(), await ana.stream(), await bob.stream()];
      await one.say({ type: "read", conversationId: id, seq: 2 });
      expect(await two.frame("read")).to.deep.equal({ type: "read", conversationId: id, seq: 2 });
      await two.say({ type: "read", conversationId: strange, seq: 1 });
      await ana.put(`/v1/conversations/${id}/read`, { seq: 3 });
      await until(() => two.types().filter((type) => type === "read").length === 2);
      expect(one.frames.at(-1)).to.deep.equal({ type: "read", conversationId: id, seq: 3 });
      expect(others.types()).to.deep.equal(["ready"]);
      expect((await ana.get(`/v1/conversations/${id}`)).body.readSeq).to.equal(3);
    }));

  it("refuses a send with the reason and goes on", () =>
    withEdge(async ({ person, again }) => {
      const ana = await person("ana");
      const id = await ana.room();
      const stream = await ana.stream();
      const refusals: [object, number][] = [
        [{ to: "#nowhere" }, 404],
        [{ text: "" }, 400],
        [{ text: "a\u0000" }, 400],
        [{ unknown: 1 }, 400],
        [{ data: { a: "x".repeat(33_000) } }, 400],
      ];
      for (const [ref, [bad]] of refusals.entries()) await stream.say({ type: "send", ref, to: id, text: "x", ...bad });
      await stream.say({ type: "send", ref: "good", to: id, text: "x" });
      await until(() => stream.types().filter((type) => type === "refused" || type === "ack").length === 6);
      const statuses = stream.frames.flatMap((frame) =>
        frame.type === "refused" ? [[frame.ref, frame.problem.status] as const] : [],
      );
      expect(new Map(statuses)).to.deep.equal(new Map(refusals.map(([, status], ref) => [ref, status])));
      const reader = await (await again(ana, { scopes: ["read"] })).stream();
      await reader.say({ type: "send", ref: 1, to: id, text: "x" });
      expect((await reader.frame("refused")).problem.status).to.equal(403);
    }));

  it("G8: pauses a session that does not read, goes on for the others, and lets it catch up from the log", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room(bob);
      const [quick, slow] = [await ana.stream(), await bob.stream()];
      slow.socket.pause();
      // 24 MB: more than the kernel buffers for a connection of one machine.
      await post(quick, id, 1600, "x".repeat(15_000), 10);
      const last = await headOf(ana, id);
      await until(() => quick.seqs(id).at(-1) === last, "all to the one who reads");
      expect(slow.seqs(id).length).to.be.lessThan(1600);
      slow.socket.resume();
      await until(() => slow.seqs(id).at(-1) === last, "all to the one who did not");
      expect(slow.seqs(id)).to.deep.equal(range(4, last));
      await ana.send(id, "live again");
      await until(() => slow.seqs(id).at(-1) === last + 1);
    })).timeout(30_000);
});

describe("the end of a stream", () => {
  it("comes at once with a revoked token, a disabled principal and an expired token, and for them alone", () =>
    withEdge(async ({ admin, person, again }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room(bob);
      const spare = await again(bob);
      const brief = await again(bob, { expiresAt: new Date(Date.now() + 700).toISOString() });
      const [kept, revoked, expiring] = [await bob.stream(), await spare.stream(), await brief.stream()];
      await admin.delete(`/v1/tokens/${spare.tokenId}`);
      expect(await revoked.end()).to.equal(4401);
      await ana.send(id, "after the revocation");
      await until(() => kept.seqs(id).length === 1);
      expect(revoked.seqs(id)).to.deep.equal([]);
      expect(await expiring.end()).to.equal(4401);
      await admin.patch("/v1/principals/bob", { disabled: true });
      expect(await kept.end()).to.equal(4401);
    }));

  it("says why: no token, a bad one, two that differ, one that may not read", () =>
    withEdge(async ({ url, person, again }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const sender = await again(ana, { scopes: ["send"] });
      const header = (token: string) => new Stream(url, { authorization: `Bearer ${token}` });
      expect((await new Stream(url).hello({})).closed).to.equal(4401);
      expect((await new Stream(url).hello({ token: "nonsense" })).closed).to.equal(4401);
      expect((await new Stream(url).hello({ token: sender.token })).closed).to.equal(4401);
      expect((await header("nonsense").hello({})).closed).to.equal(4401);
      expect((await header(ana.token).hello({ token: bob.token })).closed).to.equal(4401);
      expect((await header(ana.token).hello({ token: ana.token })).types()).to.deep.equal(["ready"]);
      expect((await header(ana.token).hello({})).types()).to.deep.equal(["ready"]);
    }));

  it("is 4400 for what is malformed, 1009 for what is too large", () =>
    withEdge(async ({ url, person }) => {
      const ana = await person("ana");
      const hello = { type: "hello", token: ana.token };
      for (const first of [
        "{",
        "5",
        { type: "send", ref: 1, to: "#x", text: "x" },
        Buffer.from("{}"),
        { ...hello, extra: 1 },
      ]) {
        const stream = new Stream(url);
        await stream.say(first);
        expect(await stream.end(), JSON.stringify(first)).to.equal(4400);
      }
      const invalid = Buffer.from([0xff]);
      for (const [frame, code] of [
        ["{", 4400],
        [hello, 4400],
        [{ type: "read" }, 4400],
        [Buffer.from("{}"), 4400],
        [JSON.stringify({ type: "nothing" }).padEnd(262_145), 1009],
        ["".padEnd(1_048_577), 1009],
      ] as const) {
        const stream = await ana.stream();
        await stream.say(frame);
        expect(await stream.end(), JSON.stringify(frame).slice(0, 40)).to.equal(code);
      }
      const stream = await ana.stream();
      stream.socket.send(invalid, { binary: false });
      expect(await stream.end()).to.equal(4400);
    }));

  it("says with 4400 what was malformed, however long and in whatever script", () =>
    withEdge(async ({ person }) => {
      const ana = await person("ana");
      for (const [frame, reason] of [
        [{ type: "watch", principals: "@bob" }, /^watch: principals must be array/],
        [{ type: "é".repeat(500) }, /^there is no frame of the type \?+$/],
      ] as const) {
        const { socket } = await ana.stream();
        const told = new Promise((resolve) => socket.once("close", (_code, text) => resolve(String(text))));
        socket.send(JSON.stringify(frame));
        expect(await told).to.match(reason);
      }
    }));

  it("takes the place of nothing: other paths and a plain GET are no streams", () =>
    withEdge(async ({ url, person }) => {
      const ana = await person("ana");
      expect((await ana.get("/v1/stream")).status).to.equal(404);
      const elsewhere = new Stream(`${url}/v2`);
      const failure = await elsewhere.say("{}").catch((error: Error) => error.message);
      expect(failure).to.include("404");
    }));

  it("G7: a gateway that stops answers what was sent, refuses the rest, and sends its streams away with 1012", () =>
    withEdge(async ({ broker, person }) => {
      const ana = await person("ana");
      const id = await ana.room();
      const stream = await ana.stream();
      await stream.say(Array.from({ length: 100 }, (_, ref) => ({ type: "send", ref, to: id, text: "x" })));
      await until(() => stream.types().includes("ack"));
      const stopped = broker.stop();
      expect(await stream.end()).to.equal(1012);
      expect(stream.types().filter((type) => type === "ack")).to.have.length(100);
      await stopped;
    }));
});

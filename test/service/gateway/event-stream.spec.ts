import { Socket } from "node:net";
import { expect } from "chai";
import { EVENT_STREAMS_OF_ONE } from "../../../contract/limits.ts";
import { until } from "../../support/until.ts";
import { type Client, withEdge } from "./edge.ts";

type Event = { id: string; event: string; data: { seq: number; type: string } };

/** Server-sent events as any reader of them takes them. */
async function listen(who: Client, path: string, headers: Record<string, string> = {}) {
  const gone = new AbortController();
  const response = await fetch(`${who.url}${path}`, {
    headers: { authorization: `Bearer ${who.token}`, ...headers },
    signal: gone.signal,
  });
  const events: Event[] = [];
  const listening = { response, events, ended: false, leave: () => gone.abort() };
  const read = async () => {
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => line.split(/: (.*)/s)),
        );
        text = text.slice(end + 2);
        if (fields.data) events.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) });
      }
    }
  };
  read()
    .catch(() => {})
    .finally(() => {
      listening.ended = true;
    });
  return listening;
}

const seqs = (events: Event[]) => events.map(({ data }) => data.seq);

describe("one conversation as server-sent events", () => {
  it("G4 goes on behind `after`, then live, each entry once; Last-Event-ID wins", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room(bob);
      for (let i = 0; i < 250; i++) await ana.send(id, `${i}`);
      const all = await listen(bob, `/v1/conversations/${id}/stream?after=0`);
      expect(all.response.headers.get("content-type")).to.match(/^text\/event-stream/);
      await until(() => all.events.length === 253, "the whole log");
      await ana.send(id, "live");
      await until(() => all.events.length === 254, "what is said meanwhile");
      expect(seqs(all.events)).to.deep.equal(Array.from({ length: 254 }, (_, i) => i + 1));
      expect(all.events.at(-1)).to.include({ id: "254", event: "entry" });
      const resumed = await listen(bob, `/v1/conversations/${id}/stream?after=0`, { "last-event-id": "252" });
      await until(() => resumed.events.length === 2, "what came after");
      expect(seqs(resumed.events)).to.deep.equal([253, 254]);
      const live = await listen(bob, `/v1/conversations/${id}/stream`);
      await ana.send(id, "later");
      await until(() => live.events.length === 1, "what comes after the head");
      expect(seqs(live.events)).to.deep.equal([255]);
      for (const one of [all, resumed, live]) one.leave();
    }));

  it("G5 is for members; ends when one leaves, and with a token that is revoked", () =>
    withEdge(async ({ person, again, admin }) => {
      const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
      const id = await ana.room(bob);
      const path = `/v1/conversations/${id}/stream`;
      expect((await listen(cleo, path)).response.status).to.equal(404);
      for (const bad of ["after=x", "after=-1", "before=1"])
        expect((await listen(bob, `${path}?${bad}`)).response.status).to.equal(400);
      expect((await listen(bob, path, { "last-event-id": "x" })).response.status).to.equal(400);
      const other = await again(ana);
      const [bobs, anas] = [await listen(bob, `${path}?after=0`), await listen(other, `${path}?after=0`)];
      await until(() => bobs.events.length === 3 && anas.events.length === 3, "the log");
      await ana.delete(`/v1/conversations/${id}/members/bob`);
      await until(() => bobs.ended, "the end of who has left");
      await admin.delete(`/v1/tokens/${other.tokenId}`);
      await until(() => anas.ended, "the end of who was revoked");
      expect(seqs(bobs.events)).to.deep.equal([1, 2, 3]);
    }));

  it("G8: takes so many of one principal, and others' still", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const path = `/v1/conversations/${await ana.room(bob)}/stream`;
      const crowd = await Promise.all(Array.from({ length: EVENT_STREAMS_OF_ONE }, () => listen(ana, path)));
      expect(new Set(crowd.map(({ response }) => response.status))).to.deep.equal(new Set([200]));
      expect((await listen(ana, path)).response.status).to.equal(429);
      expect((await listen(bob, path)).response.status).to.equal(200);
      crowd[0]?.leave();
      await until(async () => (await listen(ana, path)).response.status === 200, "a place that was given back");
    })).timeout(30_000);

  it("doesn't keep the gateway from stopping", async () => {
    let ended = () => false;
    await withEdge(async ({ person }) => {
      const ana = await person("ana");
      const one = await listen(ana, `/v1/conversations/${await ana.room()}/stream?after=0`);
      ended = () => one.ended;
      await until(() => one.events.length > 0, "the log");
    });
    await until(() => ended(), "the end of the stream");
  });

  it("doesn't keep the gateway from stopping where its reader reads nothing", async () => {
    const socket = new Socket();
    await withEdge(async ({ person, url }) => {
      const ana = await person("ana");
      const id = await ana.room();
      for (let i = 0; i < 120; i++) await ana.send(id, "x".repeat(16_000), { data: { more: "y".repeat(30_000) } });
      const { hostname, port } = new URL(url);
      socket.connect(Number(port), hostname);
      socket.pause();
      const head = `Host: ${hostname}\r\nAuthorization: Bearer ${ana.token}`;
      socket.write(`GET /v1/conversations/${id}/stream?after=0 HTTP/1.1\r\n${head}\r\n\r\n`);
      await until(() => socket.bytesWritten > 0 && socket.readyState === "open", "the request");
      // More was sent than its buffers hold once it has heard nothing of the end.
      await ana.send(id, "the last");
    });
    socket.destroy();
  });
});

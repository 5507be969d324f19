import { expect } from "chai";
import { until } from "../../support/until.ts";
import { type Client, type Edge, withEdge } from "../gateway/edge.ts";

type Item = { conversationId: string; seq: number; snippet: string; highlights: [number, number][] };
type Page = { items: Item[]; next: string | null; behind: number };

const asked = (who: Client, q: string, more = "") => who.get(`/v1/search?q=${encodeURIComponent(q)}&limit=200${more}`);

/** What somebody finds, once all of his is indexed. */
async function finds(who: Client, q: string): Promise<Page> {
  return until(async () => {
    const { status, body } = await asked(who, q);
    // On a busy machine a search may be refused as one that took too long.
    if (status === 503) return undefined;
    expect(status, q).to.equal(200);
    return body.behind === 0 ? body : undefined;
  }, `${q}: to be indexed`);
}
const seqs = async (who: Client, q: string) => (await finds(who, q)).items.map(({ seq }) => seq).sort((a, b) => a - b);

/** A channel of ana's and bob's, and a room of ana's alone. */
async function world({ person, admin }: Edge) {
  const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
  const made = await ana.post("/v1/conversations", { kind: "channel", name: "fx", members: ["@bob"] });
  const room = await ana.post("/v1/conversations", { kind: "room" });
  const say = async (who: Client, text: string, more: object = {}, to: string = made.body.id): Promise<number> =>
    (await who.send(to, text, more)).body.seq;
  return { ana, bob, cleo, admin, fx: made.body.id as string, room: room.body.id as string, say };
}

describe("GET /v1/search", () => {
  it("finds words, phrases and beginnings, whatever their case and accents, and shows where", () =>
    withEdge(async (edge) => {
      const { ana, bob, say } = await world(edge);
      const one = await say(ana, "the quick brown fox says Überraschung");
      const two = await say(bob, "brown, the quick dog: uberraschung!");
      const three = await say(bob, "東京都に行く, EURUSD");
      expect(await seqs(ana, "quick brown")).to.deep.equal([one, two]);
      expect(await seqs(ana, '"quick brown"')).to.deep.equal([one]);
      expect(await seqs(ana, "ÜBERRASCHUNG")).to.deep.equal([one, two]);
      expect(await seqs(ana, "eur")).to.deep.equal([]);
      expect(await seqs(ana, "eur*")).to.deep.equal([three]);
      for (const part of ["東京", "京都", "行く", "都", "京"])
        expect(await seqs(ana, part), part).to.deep.equal([three]);
      expect(await seqs(ana, "東都")).to.deep.equal([]);
      const [hit] = (await finds(ana, "quick fox")).items;
      const { snippet = "", highlights = [] } = hit ?? {};
      expect(highlights.map(([from, to]) => snippet.slice(from, to))).to.deep.equal(["quick", "fox"]);
      expect(Object.keys(hit ?? {})).to.have.members([
        "conversationId",
        "seq",
        "senderId",
        "sentAt",
        "snippet",
        "highlights",
      ]);
    }));

  it("finds by sender, place, day, link and thread; names that lead nowhere find nothing", () =>
    withEdge(async (edge) => {
      const { ana, bob, fx, room, say } = await world(edge);
      const root = await say(ana, "a root");
      const link = await say(bob, "see https://example.com/a");
      const alone = await say(ana, "alone", {}, room);
      const direct = (await ana.send("@bob", "between us")).body.seq;
      const reply = await say(bob, "a reply", { replyTo: root });
      const today = new Date().toISOString().slice(0, 10);
      expect(await seqs(ana, "from:@bob in:#fx")).to.deep.equal([link, reply]);
      expect(await seqs(ana, `in:${room}`)).to.deep.equal([alone]);
      expect(await seqs(ana, "in:@bob")).to.deep.equal([direct]);
      expect(await seqs(ana, `has:link on:${today}`)).to.deep.equal([link]);
      expect(await seqs(ana, "is:thread")).to.deep.equal([root, reply]);
      for (const nothing of [
        `before:${today}`,
        `after:${today}`,
        "from:@nobody",
        "in:#none",
        `in:#fx in:${room}`,
        "from:@ana from:@bob",
      ])
        expect(await seqs(ana, nothing), nothing).to.deep.equal([]);
      await edge.admin.put("/v1/groups/desk", { members: ["@bob"], writers: ["@ana"] });
      const broadcast = (await ana.send("group:desk", "to the desk")).body.seq;
      expect(await seqs(ana, "in:group:desk desk")).to.deep.equal([broadcast]);
      expect(await seqs(bob, "in:group:desk desk")).to.deep.equal([broadcast]);
      expect(await seqs(edge.admin, "in:group:desk desk")).to.deep.equal([]);
      expect(await seqs(ana, "in:group:none")).to.deep.equal([]);
      await bob.delete(`/v1/conversations/${fx}/messages/${reply}`);
      expect(await seqs(ana, "is:thread"), "whose only reply is redacted is no thread").to.deep.equal([]);
    }));

  it("finds the present version of a message alone", () =>
    withEdge(async (edge) => {
      const { ana, fx, say } = await world(edge);
      const edited = await say(ana, "needle of old");
      const redacted = await say(ana, "needle that goes");
      expect(await seqs(ana, "needle")).to.deep.equal([edited, redacted]);
      await ana.patch(`/v1/conversations/${fx}/messages/${edited}`, { text: "pin, now" });
      await ana.delete(`/v1/conversations/${fx}/messages/${redacted}`);
      const now = (await asked(ana, "needle")).body;
      expect(now.items, "also before it is indexed").to.deep.equal([]);
      expect(await seqs(ana, "needle")).to.deep.equal([]);
      expect(await seqs(ana, "pin")).to.deep.equal([edited]);
      await ana.patch(`/v1/conversations/${fx}/messages/${edited}`, { text: "needle again" });
      expect(await seqs(ana, "needle")).to.deep.equal([edited]);
    }));

  it("pages through each match once, in either order, whatever is sent meanwhile", () =>
    withEdge(async (edge) => {
      const { ana, say, room } = await world(edge);
      const all: string[] = [];
      for (let i = 0; i < 7; i++) all.push(`fx ${await say(ana, `needle ${"hay ".repeat(i)}`)}`);
      for (let i = 0; i < 6; i++) all.push(`room ${await say(ana, `needle ${"needle ".repeat(i)}`, {}, room)}`);
      await finds(ana, "needle");
      for (const sort of ["relevance", "newest"]) {
        const seen: string[] = [];
        const times: string[] = [];
        let cursor = "";
        do {
          const page = await ana.get(`/v1/search?q=needle&sort=${sort}&limit=3${cursor}`);
          expect(page.status).to.equal(200);
          for (const { conversationId, seq, sentAt } of page.body.items) {
            seen.push(`${conversationId === room ? "room" : "fx"} ${seq}`);
            times.push(sentAt);
          }
          cursor = page.body.next === null ? "" : `&cursor=${page.body.next}`;
          await say(ana, "another needle in between");
          await finds(ana, "needle");
        } while (cursor !== "");
        expect(new Set(seen).size, sort).to.equal(seen.length);
        expect(seen, sort).to.include.members(all);
        if (sort === "newest") expect(times).to.deep.equal(times.toSorted().reverse());
        else expect(seen[0], "it says so most often").to.equal(all.at(-1));
      }
    }));

  it("refuses what is none with the place, and cursors that are not of this list", () =>
    withEdge(async (edge) => {
      const { ana, say } = await world(edge);
      for (let i = 0; i < 3; i++) await say(ana, "needle");
      await finds(ana, "needle");
      const refused = async (query: string) => {
        const { status, body } = await ana.get(`/v1/search?${query}`);
        expect(body.type, query).to.equal("urn:wirehouse:problem:validation");
        return [status, body.errors];
      };
      const fault = {
        field: "q",
        message: 'at character 5: there is no operator "colour:"; in quotes it is searched for',
      };
      expect(await refused("q=car+colour:red")).to.deep.equal([400, [fault]]);
      const { next } = (await ana.get("/v1/search?q=needle&limit=1")).body;
      const odd = Buffer.from("[1e400,1,1,1]").toString("base64url");
      for (const query of [
        "",
        "q=",
        `q=${"x".repeat(513)}`,
        "q=x&sort=oldest",
        "q=x&limit=0",
        "q=x&limit=201",
        "q=x&offset=1",
        "q=x&cursor=none",
        `q=needle&sort=newest&cursor=${next}`,
        `q=needle&cursor=${odd}`,
      ])
        expect((await refused(query))[0], query).to.equal(400);
      for (const numbers of ["[1.5,-1e300,1e300,-1]", "[0,0,0,0]", "[-1,9e15,1,0.5]"]) {
        const cursor = Buffer.from(numbers).toString("base64url");
        expect((await ana.get(`/v1/search?q=needle&cursor=${cursor}`)).status, numbers).to.equal(200);
      }
    }));
});

describe("G5 nobody finds what isn't theirs", () => {
  it("whatever is asked, a stranger's answer is that of who asks for what is not there", () =>
    withEdge(async (edge) => {
      const { ana, cleo, admin, fx, room, say } = await world(edge);
      const seq = await say(ana, "a secret https://example.com", {}, room);
      await say(ana, "also a reply", { replyTo: seq }, room);
      await finds(ana, "secret");
      const questions = [
        "secret",
        "sec*",
        "from:@ana",
        `in:${room}`,
        `in:${fx} secret`,
        "in:#fx",
        "has:link",
        "is:thread",
        "after:2020-01-01",
      ];
      for (const stranger of [cleo, admin])
        for (const q of questions) {
          const { body } = await asked(stranger, q);
          expect(body, q).to.deep.equal({ items: [], next: null, behind: 0 });
        }
    }));

  it("who joins finds all that was said, who leaves finds nothing any more, at once", () =>
    withEdge(async (edge) => {
      const { ana, cleo, fx, say } = await world(edge);
      const seq = await say(ana, "needle");
      await finds(ana, "needle");
      await ana.post(`/v1/conversations/${fx}/members`, { principal: "@cleo" });
      expect((await asked(cleo, "needle")).body.items.map((item: Item) => item.seq)).to.deep.equal([seq]);
      const { body } = await asked(cleo, "needle", "&sort=newest");
      expect(body.items).to.have.length(1);
      await ana.delete(`/v1/conversations/${fx}/members/cleo`);
      expect((await asked(cleo, "needle")).body.items).to.deep.equal([]);
    }));

  it("behind counts one's own conversations alone", () =>
    withEdge(async (edge) => {
      const { ana, bob, cleo, room, say } = await world(edge);
      await finds(ana, "from:@ana");
      await Promise.all(Array.from({ length: 50 }, (_, i) => say(ana, `needle ${i}`, {}, room)));
      const [mine, theirs, nobodys] = await Promise.all([ana, bob, cleo].map((who) => asked(who, "needle")));
      expect(mine?.body.behind).to.be.within(0, 50);
      expect([theirs?.body.behind, nobodys?.body.behind]).to.deep.equal([0, 0]);
      expect((await finds(ana, "needle")).items).to.have.length(50);
    }));
});

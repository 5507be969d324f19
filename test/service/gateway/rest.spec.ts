import { expect } from "chai";
import { v7 as uuid } from "uuid";
import { type Client, withEdge } from "./edge.ts";

const NOWHERE = "01890000-0000-7000-8000-000000000000";

/** A status and the name of a problem. */
async function refusal(answer: ReturnType<Client["call"]>): Promise<[number, string]> {
  const { status, headers, body } = await answer;
  expect(headers.get("content-type")).to.equal("application/problem+json");
  expect(body).to.include.keys("type", "title", "status", "detail");
  expect(body.status).to.equal(status);
  return [status, body.type.replace("urn:wirehouse:problem:", "")];
}

describe("REST", () => {
  it("a message is stored, read back, and a repeat of it is the first answer", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const id = await ana.room(bob);
      const sent = await ana.send(id, "hello", { clientMessageId: "m1" });
      expect([sent.status, Object.keys(sent.body)]).to.deep.equal([201, ["conversationId", "seq", "sentAt", "hash"]]);
      expect(sent.headers.get("location")).to.equal(`/v1/conversations/${id}/messages/${sent.body.seq}`);
      const repeat = await ana.send(id, "hello", { clientMessageId: "m1" });
      expect([repeat.status, repeat.body]).to.deep.equal([200, sent.body]);
      expect(await refusal(ana.send(id, "other", { clientMessageId: "m1" }))).to.deep.equal([
        409,
        "idempotency-conflict",
      ]);
      const { body } = await bob.get(`/v1/conversations/${id}/messages?limit=1`);
      expect(body.items).to.have.length(1);
      expect(body.items[0]).to.include({ seq: sent.body.seq, text: "hello", senderId: ana.principalId });
      const raw = await bob.get(`/v1/conversations/${id}/entries?after=${sent.body.seq - 1}`);
      expect(raw.body.items[0].hash).to.equal(sent.body.hash);
    }));

  it("a conversation, its members and read cursors go their way", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const own = uuid();
      const made = await ana.post("/v1/conversations", { id: own, kind: "channel", name: "#fx" });
      expect([made.status, made.body.id, made.body.name, made.body.role]).to.deep.equal([201, own, "fx", "owner"]);
      expect((await ana.post("/v1/conversations", { id: own, kind: "channel", name: "fx" })).status).to.equal(200);
      const members = `/v1/conversations/${own}/members`;
      const joined = await bob.post(members, { principal: "@bob" });
      expect(joined.status).to.equal(201);
      expect(joined.body).to.include({ principalId: bob.principalId, handle: "bob", name: "bob", role: "member" });
      expect((await bob.post(members, { principal: "@BOB" })).status).to.equal(200);
      expect((await ana.patch(`${members}/@bob`, { role: "reader" })).body.role).to.equal("reader");
      expect((await ana.get(members)).body.items).to.have.length(2);
      await ana.send("#fx", "one");
      const read = await bob.put(`/v1/conversations/${own}/read`, { seq: 1000 });
      expect([read.status, read.body]).to.deep.equal([200, { readSeq: 5, unread: 0, mentions: 0 }]);
      expect((await ana.delete(`${members}/bob`)).status).to.equal(204);
      expect(await refusal(bob.get(`/v1/conversations/${own}/messages`))).to.deep.equal([403, "not-a-member"]);
      const verdict = await ana.call("POST", `/v1/conversations/${own}/verify`);
      expect([verdict.status, verdict.body.ok, verdict.body.entries]).to.deep.equal([200, true, 6]);
    }));

  it("the directory is shown to all and changed by administrators", () =>
    withEdge(async ({ admin, person }) => {
      const ana = await person("ana");
      expect((await ana.get("/v1/me")).body.id).to.equal(ana.principalId);
      expect((await ana.get(`/v1/principals?ids=${ana.principalId},${admin.principalId}`)).body.items).to.have.length(
        2,
      );
      expect((await ana.get("/v1/principals/@ANA")).body.handle).to.equal("ana");
      const bob = { handle: "Bob", name: "Bob", kind: "person" };
      expect(await refusal(ana.post("/v1/principals", bob))).to.deep.equal([403, "forbidden"]);
      expect((await admin.post("/v1/principals", bob)).body.handle).to.equal("bob");
      expect((await admin.patch("/v1/principals/bob", { name: "Robert" })).body.name).to.equal("Robert");
      const token = await admin.post("/v1/principals/bob/tokens", { scopes: ["read"] });
      expect([token.status, Object.keys(token.body)]).to.deep.equal([201, ["id", "token"]]);
      const listed = await admin.get("/v1/principals/bob/tokens");
      expect(JSON.stringify(listed.body)).to.include(token.body.id).and.not.include(token.body.token);
      expect((await admin.delete(`/v1/tokens/${token.body.id}`)).status).to.equal(204);
      expect(await refusal(admin.delete(`/v1/tokens/${token.body.id}`))).to.deep.equal([404, "not-found"]);
    }));

  it("who has no good token is told nothing, whatever he asks for", () =>
    withEdge(async ({ url, person, again, admin }) => {
      const ana = await person("ana");
      const spare = await again(ana);
      for (const header of ["", "Bearer", "Bearer nonsense", `Basic ${ana.token}`, `Bearer ${ana.token}x`]) {
        for (const path of ["/v1/me", "/v1/nothing", `/v1/conversations/${NOWHERE}`]) {
          const response = await fetch(`${url}${path}`, { headers: { authorization: header } });
          expect([response.status, response.headers.get("www-authenticate")]).to.deep.equal([401, "Bearer"]);
        }
      }
      await admin.delete(`/v1/tokens/${spare.tokenId}`);
      expect(await refusal(spare.get("/v1/me"))).to.deep.equal([401, "unauthorized"]);
      await admin.patch("/v1/principals/ana", { disabled: true });
      expect(await refusal(ana.get("/v1/me"))).to.deep.equal([401, "unauthorized"]);
    }));

  it("a token does what its scopes say and no more", () =>
    withEdge(async ({ admin, person, again }) => {
      const ana = await person("ana");
      const id = await ana.room();
      const reader = await again(ana, { scopes: ["read"] });
      expect((await reader.get(`/v1/conversations/${id}`)).status).to.equal(200);
      expect(await refusal(reader.send(id, "x"))).to.deep.equal([403, "forbidden"]);
      expect(await refusal(reader.delete(`/v1/conversations/${id}/members/ana`))).to.deep.equal([403, "forbidden"]);
      const sender = await again(ana, { scopes: ["send"] });
      expect((await sender.send(id, "x")).status).to.equal(201);
      expect(await refusal(sender.get("/v1/me"))).to.deep.equal([403, "forbidden"]);
      const clerk = await again(admin, { scopes: ["read", "send"] });
      expect(await refusal(clerk.post("/v1/principals", { handle: "x", name: "x", kind: "person" }))).to.deep.equal([
        403,
        "forbidden",
      ]);
    }));

  it("addresses that lead nowhere are 404, other methods 405 with Allow, OPTIONS runs nothing", () =>
    withEdge(async ({ admin }) => {
      for (const path of [
        "/v1/nothing",
        "/nothing",
        "/v1/me/x",
        "/V1/me",
        "/v1/ME",
        "/v1/conversations/5",
        "/v1/principals/%ff",
      ])
        expect(await refusal(admin.get(path)), path).to.deep.equal([404, "not-found"]);
      for (const path of [`${NOWHERE}%00`, NOWHERE.toUpperCase(), `${NOWHERE}/messages/0`, `${NOWHERE}/messages/1e0`])
        expect(await refusal(admin.get(`/v1/conversations/${path}`)), path).to.deep.equal([404, "not-found"]);
      const refused = await admin.delete("/v1/me");
      expect([refused.status, refused.headers.get("allow")]).to.deep.equal([405, "GET, HEAD, OPTIONS"]);
      const id = await admin.room();
      const options = await admin.call("OPTIONS", `/v1/conversations/${id}/members/admin`, {
        headers: { "access-control-request-method": "DELETE", origin: "https://example.org" },
      });
      expect([options.status, options.headers.get("allow")]).to.deep.equal([204, "PATCH, DELETE, OPTIONS"]);
      expect(options.headers.get("access-control-allow-origin")).to.equal(null);
      expect((await admin.get(`/v1/conversations/${id}`)).status).to.equal(200);
      const head = await admin.call("HEAD", "/v1/me");
      expect([head.status, head.body]).to.deep.equal([200, undefined]);
    }));

  it("what is not asked for is refused: query parameters, fields, forms of numbers", () =>
    withEdge(async ({ admin }) => {
      for (const path of [
        "/v1/me?x=1",
        "/v1/conversations?limit=0",
        "/v1/conversations?limit=1e1",
        "/v1/channels?q=a&q=b",
      ])
        expect(await refusal(admin.get(path)), path).to.deep.equal([400, "validation"]);
      const answer = await admin.post("/v1/messages", { to: "#fx", text: 5, clientMesageId: "typo" });
      const fields: { field: string }[] = answer.body.errors;
      expect(fields.map(({ field }) => field)).to.have.members(["text", "clientMesageId"]);
      expect(await refusal(admin.get("/v1/conversations?cursor=bm9uc2Vuc2U"))).to.deep.equal([400, "validation"]);
    }));

  it("a body must be JSON in UTF-8, I-JSON, and not too large", () =>
    withEdge(async ({ admin }) => {
      const id = await admin.room();
      const post = (raw: string | Buffer, headers = {}) => admin.call("POST", "/v1/messages", { raw, headers });
      const good = JSON.stringify({ to: id, text: "x" });
      for (const raw of ["{", "[]", "null", `{"to":"${id}","text":"x","text":"y"}`, `{"to":"${id}","text":"\\ud800"}`])
        expect(await refusal(post(raw)), raw).to.deep.equal([400, "validation"]);
      expect(await refusal(post(Buffer.from([0x7b, 0xff, 0x7d])))).to.deep.equal([400, "validation"]);
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"])
        expect(await refusal(post(good, { "content-type": type })), type).to.deep.equal([
          415,
          "unsupported-media-type",
        ]);
      expect(await refusal(post(good, { "content-encoding": "gzip" }))).to.deep.equal([415, "unsupported-media-type"]);
      expect((await post(good, { "content-type": "application/json; charset=UTF-8" })).status).to.equal(201);
      expect((await post(good.padEnd(256 * 1024))).status).to.equal(201);
      expect(await refusal(post(good.padEnd(256 * 1024 + 1)))).to.deep.equal([413, "too-large"]);
      const streamed = new Blob([good.padEnd(300_000)]).stream();
      const chunked = fetch(`${admin.url}/v1/messages`, {
        method: "POST",
        body: streamed,
        duplex: "half",
        headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json" },
      });
      expect((await chunked).status).to.equal(413);
    }));

  it("G5: what one may not know of answers as what does not exist", () =>
    withEdge(async ({ person }) => {
      const [ana, eve] = [await person("ana"), await person("eve")];
      const id = await ana.room();
      await ana.send(id, "secret");
      for (const path of ["", "/messages", "/messages/3", "/messages/3/replies", "/entries", "/members"]) {
        const there = await eve.get(`/v1/conversations/${id}${path}`);
        const nowhere = await eve.get(`/v1/conversations/${NOWHERE}${path}`);
        expect([there.status, there.body]).to.deep.equal([404, nowhere.body]);
      }
    }));

  it("every answer says that it is not to be kept, guessed or framed, and none is cross-origin", () =>
    withEdge(async ({ url, admin }) => {
      for (const { headers } of [
        await admin.get("/v1/me"),
        await admin.get("/v1/nothing"),
        await fetch(`${url}/livez`),
      ]) {
        expect(headers.get("x-content-type-options")).to.equal("nosniff");
        expect(headers.get("cache-control")).to.equal("no-store");
        expect(headers.get("access-control-allow-origin")).to.equal(null);
      }
    }));
});

import { expect } from "chai";
import { type Client, withEdge } from "./edge.ts";

const set = (admin: Client, name: string, body: { members: string[]; writers?: string[] }) =>
  admin.put(`/v1/groups/${name}`, body);
const typeOf = ({ body }: { body: { type?: string } }) => body.type?.split(":").at(-1);
describe("groups at the edge", () => {
  it("are known by name to all, in their conversation to their members, and to administrators by its id", () =>
    withEdge(async ({ admin, person }) => {
      const [ana, bob, out] = [await person("ana"), await person("bob"), await person("out")];
      const made = await set(admin, "FX-Desk", { members: ["@ana"], writers: ["@BOB"] });
      const { conversationId } = made.body;
      expect([made.status, made.body]).to.deep.equal([201, { name: "fx-desk", members: 2, conversationId }]);
      expect(made.headers.get("location")).to.equal("/v1/groups/fx-desk");
      for (const [who, shown] of [
        [out, { name: "fx-desk", members: 2 }],
        [ana, { name: "fx-desk", members: 2, conversationId }],
        [admin, { name: "fx-desk", members: 2, conversationId }],
      ] as const) {
        expect((await who.get("/v1/groups/group:FX-desk")).body).to.deep.equal(shown);
        expect((await who.get("/v1/groups")).body).to.deep.equal({ items: [shown], next: null });
      }
      expect((await out.get("/v1/groups/none")).status).to.equal(404);
      expect((await out.put("/v1/groups/mine", { members: [] })).status).to.equal(403);

      const sent = await bob.send("group:fx-desk", "good morning");
      expect([sent.status, sent.body.conversationId]).to.deep.equal([201, conversationId]);
      expect((await ana.send("group:fx-desk", "x")).status).to.equal(403);
      const unread = (await ana.get(`/v1/conversations/${conversationId}`)).body;
      expect([unread.kind, unread.private, unread.name, unread.unread]).to.deep.equal([
        "broadcast",
        true,
        "fx-desk",
        1,
      ]);
      for (const who of [out, admin]) {
        expect(typeOf(await who.send("group:fx-desk", "x"))).to.equal("forbidden");
        expect(typeOf(await who.send(conversationId, "x"))).to.equal("not-found");
        expect(typeOf(await who.get(`/v1/conversations/${conversationId}`))).to.equal("not-found");
        expect(typeOf(await who.get(`/v1/conversations/${conversationId}/messages`))).to.equal("not-found");
        expect(typeOf(await who.send("group:none", "x"))).to.equal("not-found");
      }
      // A stranger learns nothing by changing it, an administrator what he may set.
      const change = { purpose: "Foreign exchange" };
      expect(typeOf(await out.patch(`/v1/conversations/${conversationId}`, change))).to.equal("not-found");
      expect((await admin.patch(`/v1/conversations/${conversationId}`, change)).body).to.deep.equal({
        ...{ id: conversationId, kind: "broadcast", name: "fx-desk", archived: false },
        ...change,
      });
      expect(typeOf(await admin.patch(`/v1/conversations/${conversationId}`, { name: "x" }))).to.equal("conflict");
      expect((await ana.get(`/v1/conversations/${conversationId}`)).body.purpose).to.equal("Foreign exchange");
    }));

  it("do not stand in the way of a channel of their name", () =>
    withEdge(async ({ admin, person }) => {
      const ana = await person("ana");
      await set(admin, "fx", { members: ["@ana"] });
      const channel = await ana.post("/v1/conversations", { kind: "channel", name: "fx" });
      expect(channel.status).to.equal(201);
      expect((await ana.send("#fx", "x")).body.conversationId).to.equal(channel.body.id);
    }));

  it("are told who is unknown, by name, and then are as they were", () =>
    withEdge(async ({ admin, person }) => {
      const ana = await person("ana");
      const { conversationId } = (await set(admin, "desk", { members: ["@ana"] })).body;
      const refused = await set(admin, "desk", { members: ["@ana", "@nobody"], writers: ["@none"] });
      expect([refused.status, refused.body.errors]).to.deep.equal([
        400,
        [
          { field: "members", message: "there is no @nobody" },
          { field: "writers", message: "there is no @none" },
        ],
      ]);
      expect((await set(admin, "other", { members: ["@nobody"] })).status).to.equal(400);
      expect((await ana.get("/v1/groups")).body.items).to.have.length(1);
      expect((await ana.get(`/v1/conversations/${conversationId}/entries`)).body.items).to.have.length(2);
    }));

  it("G5 who leaves with a change of the group sees nothing from then on, live or later; who comes sees all", () =>
    withEdge(async ({ admin, person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const { conversationId } = (await set(admin, "desk", { members: ["@ana"] })).body;
      await ana.send("group:desk", "before");
      const [first, second] = [await ana.stream(), await bob.stream()];
      await set(admin, "desk", { members: ["@bob"] });
      expect((await first.frame("left")).conversationId).to.equal(conversationId);
      await second.frame("joined");
      await bob.send("group:desk", "after");
      const { items } = (await bob.get(`/v1/conversations/${conversationId}/messages`)).body;
      expect(items.map(({ text }: { text: string }) => text)).to.deep.equal(["before", "after"]);
      expect((await ana.get(`/v1/conversations/${conversationId}/messages`)).status).to.equal(404);
      expect(typeOf(await ana.send("group:desk", "x"))).to.equal("forbidden");
      expect(JSON.stringify(first.frames)).not.to.include("after");
    }));
});

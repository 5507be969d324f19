import { expect } from "chai";
import { until } from "../../support/until.ts";
import { type Client, type Edge, withEdge } from "./edge.ts";

const NOWHERE = "01890000-0000-7000-8000-000000000000";

const bind = (who: Client, pattern: string, conversationId: string) =>
  who.post("/v1/bindings", { pattern, conversationId });
const bindingsOf = async (who: Client) => (await who.get("/v1/bindings?limit=200")).body.items;
const publisher = async ({ admin, person }: Edge, handle: string, ...publish: string[]) => {
  const made = await person(handle);
  await admin.patch(`/v1/principals/${handle}`, { publish });
  return made;
};
const lastOf = async (who: Client, id: string) =>
  (await who.get(`/v1/conversations/${id}/messages?limit=1`)).body.items[0];

describe("topics at the edge", () => {
  it("a message enters by its binding, be its sender a member or not, and is shown like any other", () =>
    withEdge(async (edge) => {
      const [ana, bob] = [await edge.person("ana"), await edge.person("bob")];
      const robot = await publisher(edge, "robot", "alerts.*.high");
      const [desk, log] = [await ana.room(bob), await ana.room(robot)];
      await bind(ana, "alerts.>", desk);
      await bind(ana, "alerts.fx.*", log);
      await bind(ana, "*.*.high", log);
      const before = (await bob.get(`/v1/conversations/${desk}`)).body;
      const sent = await robot.send("topic:alerts.fx.high", "EURUSD moved, @bob", { clientMessageId: "k" });
      expect([sent.status, sent.body.unseen]).to.deep.equal([201, { stored: 1, refused: 0 }]);
      expect(sent.body.receipts.map((one: { conversationId: string }) => one.conversationId)).to.deep.equal([log]);
      const shown = await lastOf(bob, desk);
      expect(shown).to.deep.include({ senderId: robot.principalId, mentions: [bob.principalId] });
      const after = (await bob.get(`/v1/conversations/${desk}`)).body;
      expect([after.unread - before.unread, after.mentions]).to.deep.equal([1, 1]);
      expect((await lastOf(robot, log)).text).to.equal("EURUSD moved, @bob");
      const again = await robot.send("topic:alerts.fx.high", "EURUSD moved, @bob", { clientMessageId: "k" });
      expect([again.status, again.body]).to.deep.equal([200, sent.body]);
      expect(
        (await robot.send("topic:alerts.fx.high", "other", { clientMessageId: "k" })).body.unseen.refused,
      ).to.equal(1);
      for (const id of [desk, log])
        expect((await ana.post(`/v1/conversations/${id}/verify`, {})).body.ok).to.equal(true);
      const edit = await robot.patch(`/v1/conversations/${desk}/messages/${shown.seq}`, { text: "x" });
      expect(edit.status).to.equal(404);
    }));

  it("G5 publishing tells nothing of what one is not in: forbidden before bound, and numbers alone", () =>
    withEdge(async (edge) => {
      const ana = await edge.person("ana");
      const robot = await publisher(edge, "robot", "alerts.fx.*");
      const secret = await ana.room();
      await bind(ana, "secret.>", secret);
      await bind(ana, "alerts.fx.eurusd", secret);
      const [bound, unbound] = [await robot.send("topic:secret.a", "x"), await robot.send("topic:nothing.a", "x")];
      expect(bound.status).to.equal(403);
      expect(bound.body).to.deep.equal(unbound.body);
      expect((await robot.send("topic:alerts.fx.usdjpy", "x")).body.type).to.match(/nothing-bound$/);
      const answers: Awaited<ReturnType<typeof robot.send>>[] = [];
      const sendAll = async () => {
        answers.push(await robot.send("topic:alerts.fx.eurusd", "x"));
        answers.push(await robot.send("topic:alerts.fx.eurusd", "x", { replyTo: 999 }));
        answers.push(await robot.send("topic:alerts.fx.eurusd", `${"@ana ".repeat(40)}`));
      };
      await sendAll();
      await ana.patch(`/v1/conversations/${secret}`, { archived: true });
      await sendAll();
      expect(answers.map(({ status, body }) => [status, body.unseen?.stored])).to.deep.equal([
        [201, 1],
        [200, 0],
        [201, 1],
        [200, 0],
        [200, 0],
        [200, 0],
      ]);
      const shown = JSON.stringify([answers, await bindingsOf(robot), (await robot.get("/v1/conversations")).body]);
      expect(shown).not.to.include(secret);
      expect((await robot.send(secret, "x")).status).to.equal(404);
      // What is malformed is so everywhere, and is told as such.
      expect((await robot.send("topic:alerts.fx.eurusd", "x", { data: { a: "y".repeat(33_000) } })).status).to.equal(
        400,
      );
    }));

  it("what was allowed holds no longer than its binding, its pattern, its principal", () =>
    withEdge(async (edge) => {
      const { admin } = edge;
      const ana = await edge.person("ana");
      const robot = await publisher(edge, "robot", ">");
      const desk = await ana.room();
      const { body: binding } = await bind(ana, "a.b", desk);
      const status = async () => (await robot.send("topic:a.b", "x")).status;
      expect(await status()).to.equal(201);
      await ana.delete(`/v1/bindings/${binding.id}`);
      expect(await status()).to.equal(404);
      await bind(ana, "a.b", desk);
      expect(await status()).to.equal(201);
      for (const [publish, expected] of [
        [["b.*", "a"], 403],
        [["a.*"], 201],
        [[], 403],
      ] as const) {
        expect((await admin.patch("/v1/principals/robot", { publish })).body).not.to.have.property("publish");
        expect(await status()).to.equal(expected);
      }
      // A name is no loss to what one may publish.
      await admin.patch("/v1/principals/robot", { publish: ["a.b"] });
      await admin.patch("/v1/principals/robot", { name: "Robot" });
      expect(await status()).to.equal(201);
    }));

  it("bindings are there for those who may make them, and for nobody else", () =>
    withEdge(async ({ admin, person }) => {
      const [ana, bob, cleo] = [await person("ana"), await person("bob"), await person("cleo")];
      const room = await ana.room(bob);
      const fx = (await ana.post("/v1/conversations", { kind: "channel", name: "fx", members: ["@bob"] })).body.id;
      const outcomes = async (who: Client) =>
        Promise.all([room, fx, NOWHERE].map(async (id) => (await bind(who, "a.b", id)).body.type?.split(":").at(-1)));
      expect(await outcomes(cleo)).to.deep.equal(["not-found", "not-a-member", "not-found"]);
      expect(await outcomes(bob)).to.deep.equal(["forbidden", "forbidden", "not-found"]);
      expect(await outcomes(admin)).to.deep.equal(["not-found", undefined, "not-found"]);
      expect(await outcomes(ana)).to.deep.equal([undefined, "conflict", "not-found"]);
      const all = await bindingsOf(ana);
      expect(all).to.have.length(2);
      expect((await bindingsOf(admin)).map((one: { conversationId: string }) => one.conversationId)).to.deep.equal([
        fx,
      ]);
      for (const who of [bob, cleo]) {
        expect(await bindingsOf(who)).to.deep.equal([]);
        for (const { id } of all) expect((await who.delete(`/v1/bindings/${id}`)).status).to.equal(404);
      }
      const [first] = all;
      expect((await ana.get(`/v1/bindings?limit=1`)).body.items).to.deep.equal([first]);
      const { next } = (await ana.get(`/v1/bindings?limit=1`)).body;
      expect((await ana.get(`/v1/bindings?limit=1&cursor=${next}`)).body).to.deep.equal({
        items: [all[1]],
        next: null,
      });
      for (const { id } of all) expect((await ana.delete(`/v1/bindings/${id}`)).status).to.equal(204);
      expect((await ana.delete(`/v1/bindings/${all[0].id}`)).status).to.equal(404);
      // Who owns it no longer binds it no longer, nor sees what he bound.
      await bind(ana, "a.b", room);
      await ana.patch(`/v1/conversations/${room}/members/bob`, { role: "owner" });
      await ana.patch(`/v1/conversations/${room}/members/ana`, { role: "member" });
      expect([await bindingsOf(ana), (await bindingsOf(bob)).length]).to.deep.equal([[], 1]);
    }));

  it("over a stream: in the order sent with what goes there by other addresses, acknowledged alike", () =>
    withEdge(async (edge) => {
      const ana = await publisher(edge, "ana", "a.>");
      const [one, two] = [await ana.room(), await ana.room()];
      for (const id of [one, two]) await bind(ana, "a.*", id);
      const stream = await ana.stream();
      const sends = Array.from({ length: 30 }, (_, ref) => {
        const to = ["topic:a.b", one, "topic:a.c", two][ref % 4];
        return { type: "send", ref, to, text: String(ref) };
      });
      await stream.say(sends);
      await until(
        () => stream.types().filter((type) => type === "ack").length === sends.length,
        "all acknowledgements",
      );
      for (const [id, other] of [
        [one, 3],
        [two, 1],
      ] as const) {
        const { items } = (await ana.get(`/v1/conversations/${id}/messages?limit=200`)).body;
        const wanted = sends.filter(({ ref }) => ref % 4 !== other).map(({ text }) => text);
        expect(items.map(({ text }: { text: string }) => text)).to.deep.equal(wanted);
      }
    }));
});

import { expect } from "chai";
import { v7 as uuid } from "uuid";
import type { Imported, Posting } from "../../../contract/actions.ts";
import { BODY_BYTES, FIRST_MEMBERS, HELLO_BYTES, LIST_BODY_BYTES, PAGE_BYTES } from "../../../contract/limits.ts";
import { call } from "../../../mixins/call.ts";
import { meterOf } from "../../../mixins/metrics/meter.ts";
import { describeOnNats, withNats } from "../../support/nats.ts";
import { administrator, people, wire } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";
import { type Client, type Edge, edgeOf, gatewayOf } from "../gateway/edge.ts";
import { withNodes } from "./nodes.ts";

/** A Wirehouse of nodes that know each other by NATS: what is too large for it fails here and not in one process. */
const withApart = (data: string, use: (edge: Edge) => Promise<void>): Promise<void> =>
  withNats((server) => {
    const [persistence, directory, ...others] = wire(data);
    const store = [persistence, directory].flatMap((schema) => schema ?? []);
    return withNodes(server, { store, routing: others, edge: [gatewayOf()] }, async (_store, routing, edge) => {
      if (!edge || !routing) throw new Error("no nodes");
      await use(await edgeOf(edge));
      // A turn that fails is tried again one command a turn, which would hide that it was too large.
      expect(await meterOf(routing).text()).not.to.include("wirehouse_actor_crashes_total");
    });
  });

/** A text of as many characters as may be, each of which takes six bytes in JSON; and data of 30 KB, likewise. */
const TEXT = "\u0001".repeat(15_990);
const data = { more: "\u0001".repeat(5_000) };
const range = (length: number) => Array.from({ length }, (_, index) => index);

/** All items of a list; none of its pages may be larger than a page is. */
async function all(who: Client, path: string): Promise<{ seq: number }[]> {
  const items: { seq: number }[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { body } = await who.get(`${path}&limit=200${next === "" ? "" : `&cursor=${next}`}`);
    expect(JSON.stringify(body.items).length).to.be.at.most(PAGE_BYTES + 1024);
    items.push(...body.items);
    next = body.next;
  }
  return items;
}

describeOnNats("what NATS has to carry, at its bounds", () => {
  it("the largest messages, of several at once: stored, announced, shown, edited, read back page by page", () =>
    withFolder((folder) =>
      withApart(folder, async ({ person }) => {
        const writers = [await person("ana"), await person("bob"), await person("cleo")];
        const [ana, bob, cleo] = writers;
        if (!ana || !bob || !cleo) throw new Error("nobody");
        const room = await ana.room(bob, cleo);
        const [live, sender] = [await bob.stream(), await cleo.stream()];
        const sends = range(24).map((serial) =>
          writers[serial % 3]?.send(room, `${serial} ${TEXT}`, { data, clientMessageId: `key-${serial}` }),
        );
        for (const ref of range(12)) await sender.say({ type: "send", ref, to: room, text: TEXT, data });
        expect(new Set((await Promise.all(sends)).map((sent) => sent?.status))).to.deep.equal(new Set([201]));
        await until(() => sender.types().filter((type) => type === "ack").length === 12, "all to be acknowledged");
        await until(() => live.seqs(room).length === 36, "all to be shown");
        const seqs = range(36).map((index) => index + 5);
        expect(live.seqs(room)).to.deep.equal(seqs);
        const late = await bob.stream({ [room]: 0 });
        await until(() => late.seqs(room).length === 40, "all to be read from the log");
        expect((await all(bob, `/v1/conversations/${room}/entries?after=4`)).map(({ seq }) => seq)).to.deep.equal(seqs);
        expect((await all(bob, `/v1/conversations/${room}/messages?after=4`)).map(({ seq }) => seq)).to.deep.equal(
          seqs,
        );

        const edit = (who: Client, seq: number) =>
          who.patch(`/v1/conversations/${room}/messages/${seq}`, { text: `new ${TEXT}` });
        const statuses: number[] = [];
        // More than these at once is refused: so much may wait for one actor.
        for (let at = 0; at < seqs.length; at += 4) {
          const edits = seqs.slice(at, at + 4).flatMap((seq) => writers.map((who) => edit(who, seq)));
          statuses.push(...(await Promise.all(edits)).map(({ status }) => status));
        }
        expect(statuses.sort()).to.deep.equal([...range(36).map(() => 200), ...range(72).map(() => 403)]);
        expect((await ana.post(`/v1/conversations/${room}/verify`, {})).body.ok).to.equal(true);
      }),
    )).timeout(60_000);

  it("a thousand messages in one call, each with all the mentions that it may have", () =>
    withFolder((folder) =>
      withApart(folder, async ({ broker, person }) => {
        const ana = await person("ana");
        const others = await people(broker, ...range(31).map((index) => `p${index}`));
        const room = await ana.room();
        const members = `/v1/conversations/${room}/members`;
        for (const { handle } of others) await ana.post(members, { principal: `@${handle}` });
        const text = others.map(({ handle }) => `@${handle}`).join(" ");
        const messages = range(1000).map((serial) => ({ text, clientMessageId: `${serial}` }));
        const post = () => call(broker, "router.post", { conversationId: room, messages }, ana);
        const first = await post();
        expect(first.filter((outcome) => "refused" in outcome)).to.deep.equal([]);
        const again = await post();
        expect(again.map((outcome) => "ok" in outcome && [outcome.ok.seq, outcome.ok.repeat])).to.deep.equal(
          first.map((outcome) => "ok" in outcome && [outcome.ok.seq, true]),
        );
        expect((await ana.post(`/v1/conversations/${room}/verify`, {})).body).to.include({ ok: true, entries: 1033 });
      }),
    )).timeout(60_000);

  it("keys of large messages that are met again, after their actor has forgotten them", () =>
    withFolder((folder) =>
      withApart(folder, async ({ broker, person }) => {
        const ana = await person("ana");
        const room = await ana.room();
        const post = (messages: Posting[]) => call(broker, "router.post", { conversationId: room, messages }, ana);
        for (const serial of range(12)) await post([{ text: TEXT, data, clientMessageId: `large-${serial}` }]);
        await post(range(300).map((serial) => ({ text: "x", clientMessageId: `small-${serial}` })));
        const other = await post(range(12).map((serial) => ({ text: "other", clientMessageId: `large-${serial}` })));
        expect(other.map((outcome) => "refused" in outcome && outcome.refused.type)).to.deep.equal(
          range(12).map(() => "idempotency-conflict"),
        );
        await post(range(300).map((serial) => ({ text: "x", clientMessageId: `more-${serial}` })));
        const [same] = await post([{ text: TEXT, data, clientMessageId: "large-0" }]);
        expect(same).to.have.nested.include({ "ok.repeat": true, "ok.seq": 3 });
      }),
    )).timeout(60_000);

  it("a conversation that begins with a thousand members, each of whom is told", () =>
    withFolder((folder) =>
      withApart(folder, async ({ broker, person }) => {
        const [ana, bob] = [await person("ana"), await person("bob")];
        const handles = range(FIRST_MEMBERS - 2).map((index) => `${index}`.padEnd(32, "x"));
        for (let at = 0; at < handles.length; at += 50)
          await Promise.all(handles.slice(at, at + 50).map((handle) => people(broker, handle)));
        const stream = await bob.stream();
        const members = ["@bob", ...handles.map((handle) => `@${handle}`)];
        const { status, body } = await ana.post("/v1/conversations", { kind: "room", members });
        expect(status).to.equal(201);
        await until(() => stream.seqs(body.id).at(-1) === FIRST_MEMBERS + 1, "all who joined to be shown");
        expect(stream.types().slice(0, 3)).to.deep.equal(["ready", "joined", "entries"]);
      }),
    )).timeout(60_000);

  it("a conversation of more members than a page has, taken over by a fresh owner", () =>
    withFolder(async (folder) => {
      const room = uuid();
      await withApart(folder, async ({ broker, person }) => {
        const ana = await person("ana");
        const at = "2026-01-01T00:00:00.000Z";
        const elsewhere = (commandId: string) => ({ at, senderId: ana.principalId, commandId });
        const joins = range(5_100).map(
          (serial): Imported => ({ type: "join", ...elsewhere(`j${serial}`), principalId: uuid(), role: "member" }),
        );
        const create: Imported = {
          type: "create",
          ...elsewhere("c"),
          kind: "room",
          private: true,
          members: [ana.principalId],
        };
        const meta = await administrator(broker);
        for (const [index, commands] of [
          [create],
          joins.slice(0, 2_000),
          joins.slice(2_000, 4_000),
          joins.slice(4_000),
        ].entries())
          await call(broker, "router.import", { conversationId: room, commands, complete: index === 3 }, meta);
      });
      await withApart(folder, async ({ again, broker }) => {
        const { id: principalId } = await call(broker, "directory.get", { handle: "ana" });
        const ana = await again({ principalId, handle: "ana" });
        expect((await ana.send(room, "still ours")).status).to.equal(201);
        expect((await ana.get("/v1/conversations")).body.items).to.have.length(1);
      });
    })).timeout(60_000);

  it("heads of many pages, in a greeting that may name 18,000 cursors", () =>
    withFolder((folder) =>
      withApart(folder, async ({ broker, person }) => {
        const ana = await person("ana");
        const ids = range(5_100).map(() => uuid());
        for (let at = 0; at < ids.length; at += 100)
          await Promise.all(
            ids.slice(at, at + 100).map((id) => call(broker, "router.create", { kind: "room", id }, ana)),
          );
        const cursors = Object.fromEntries([...ids, ...range(12_900).map(() => uuid())].map((id) => [id, 1_000_000]));
        expect(JSON.stringify(cursors).length).to.be.within(HELLO_BYTES * 0.75, HELLO_BYTES);
        const stream = await ana.stream(cursors);
        const { heads } = await stream.frame("ready");
        expect(Object.keys(heads).sort()).to.deep.equal(ids.toSorted());
        await ana.send(ids[5_000] ?? "", "the first");
        await until(() => stream.seqs(ids[5_000] ?? "").length === 1, "what is said after the greeting");
      }),
    )).timeout(120_000);

  it("bodies of requests as large as they may be", () =>
    withFolder((folder) =>
      withApart(folder, async ({ person }) => {
        const ana = await person("ana");
        const headers = { "content-type": "application/json" };
        const padded = (body: object, bytes: number) => JSON.stringify(body).padEnd(bytes);
        const room = { kind: "room" };
        for (const [path, body, bytes] of [
          ["/v1/conversations", room, LIST_BODY_BYTES],
          ["/v1/messages", { to: "@ana", text: TEXT, data }, BODY_BYTES],
        ] as const) {
          expect((await ana.call("POST", path, { raw: padded(body, bytes), headers })).status).to.equal(201);
          expect((await ana.call("POST", path, { raw: padded(body, bytes + 1), headers })).status).to.equal(413);
        }
      }),
    ));
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Entry, type Handlers, type Options, Refused, Wirehouse } from "../../../client/wirehouse.ts";
import { type Running, root, run } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";
import { type Client, withEdge } from "../gateway/edge.ts";

/** A client of this person, and what it was shown of each conversation. */
function connect({ url, token }: Client, more: Partial<Options> = {}) {
  const shown = new Map<string, Entry[]>();
  const told: string[] = [];
  const on: Handlers = {
    entries: ({ conversationId, entries }) =>
      shown.set(conversationId, [...(shown.get(conversationId) ?? []), ...entries]),
    ready: () => told.push("ready"),
    joined: () => told.push("joined"),
    left: () => told.push("left"),
    reset: ({ head }) => told.push(`reset ${head}`),
    closed: ({ code }) => told.push(`closed ${code}`),
  };
  const wire = new Wirehouse({ url, token, on, ...more });
  return Object.assign(wire, {
    told,
    seqs: (conversationId: string) => shown.get(conversationId)?.map(({ seq }) => seq) ?? [],
  });
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("the client library at a real gateway", () => {
  it("G3, G4: sends in order, is shown everything once, and a later client goes on where it was", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const room = await ana.room(bob);
      const [sender, reader] = [connect(ana), connect(bob)];
      await until(() => reader.isReady && sender.isReady, "both to be connected");
      const receipts = await Promise.all(range(1, 300).map((serial) => sender.send(room, `${serial}`)));
      expect(receipts.map(({ seq }) => seq)).to.deep.equal(range(4, 303));
      await until(() => reader.seqs(room).length === 300, "all to be shown");
      const { cursors } = reader;
      reader.close();
      const again = await Promise.all(
        ["x", "y", "x"].map((clientMessageId) => sender.send(room, "x", { clientMessageId })),
      );
      expect(again.map(({ seq }) => seq)).to.deep.equal([304, 305, 304]);
      const later = connect(bob, { cursors });
      await until(() => later.seqs(room).length === 2, "what came meanwhile");
      expect([reader.seqs(room), later.seqs(room)]).to.deep.equal([range(4, 303), [304, 305]]);
      for (const one of [sender, later]) one.close();
    }));

  it("tells why a send is refused, for good", () =>
    withEdge(async ({ person }) => {
      const ana = connect(await person("ana"));
      const types = ["#nowhere", "@nobody", "nonsense"].map((to) =>
        ana.send(to, "x").catch((error: unknown) => (error instanceof Refused ? error.problem.status : error)),
      );
      expect(await Promise.all(types)).to.deep.equal([404, 404, 400]);
      ana.close();
    }));

  it("tells of comings and goings, also of those that happened while it was away", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const old = await ana.room(bob);
      const one = connect(bob);
      await until(() => one.isReady, "the connection");
      const live = await ana.room(bob);
      await until(() => one.seqs(live).length === 1, "the join");
      await ana.delete(`/v1/conversations/${live}/members/bob`);
      await until(() => one.told.at(-1) === "left", "the leave");
      expect(one.told).to.deep.equal(["ready", "joined", "left"]);
      const { cursors } = one;
      one.close();
      await ana.delete(`/v1/conversations/${old}/members/bob`);
      const next = await ana.room(bob);
      const two = connect(bob, { cursors });
      await until(() => two.told.length === 4, "all");
      expect(two.told).to.deep.equal(["ready", "left", "joined", "reset 3"]);
      expect(two.cursors).to.deep.equal({ [next]: 3 });
      two.close();
    }));

  it("stops for good when its token is revoked, and gets another where it can", () =>
    withEdge(async ({ admin, person, again }) => {
      const ana = await person("ana");
      const [first, second] = [await again(ana), await again(ana)];
      const stuck = connect(first);
      const tokens = [first.token, second.token];
      const able = connect(ana, { token: () => tokens.shift() ?? "" });
      await until(() => stuck.isReady && able.isReady, "both to be connected");
      await admin.delete(`/v1/tokens/${first.tokenId}`);
      await until(() => stuck.told.includes("closed 4401") && able.told.length === 3, "both to know");
      expect(able.told).to.deep.equal(["ready", "closed 4401", "ready"]);
      expect([stuck.isReady, able.isReady]).to.deep.equal([false, true]);
      for (const one of [stuck, able]) one.close();
    }));

  it("G7: is sent away by a gateway that stops, and told the fate of all it has sent", () =>
    withEdge(async ({ broker, person }) => {
      const ana = await person("ana");
      const room = await ana.room();
      const one = connect(ana);
      await until(() => one.isReady, "the connection");
      const sends = range(1, 100).map((serial) => one.send(room, `${serial}`));
      await sends[0];
      await broker.stop();
      expect((await Promise.all(sends)).map(({ seq }) => seq)).to.deep.equal(range(3, 102));
      // It may have tried to come back by now, to nobody.
      expect(one.told.slice(0, 2)).to.deep.equal(["ready", "closed 1012"]);
      one.close();
    }));

  it("reads lists to their end over REST, and says what is refused", () =>
    withEdge(async ({ person }) => {
      const ana = await person("ana");
      const rooms: string[] = [];
      for (let i = 0; i < 5; i++) rooms.push(await ana.room());
      const one = connect(ana);
      const { rest } = one;
      const found: string[] = [];
      for await (const { id } of rest.all<{ id: string }>("/conversations?limit=2")) found.push(id);
      expect(found).to.deep.equal(rooms.toSorted());
      const missing = await rest.ask("GET", "/conversations/nonsense").catch((error: unknown) => error);
      expect(missing instanceof Refused && missing.problem.status).to.equal(404);
      one.close();
    }));

  it("its README's example works", () =>
    withEdge(async ({ person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const made = { kind: "channel", name: "fx-desk", members: ["@bob"] };
      await ana.post("/v1/conversations", made);
      await withFolder(async (folder) => {
        const [, example = ""] = /```js\n(.*?)```/s.exec(readFileSync(join(root, "client/README.md"), "utf8")) ?? [];
        const file = join(folder, "example.mjs");
        const library = join(root, "client/wirehouse.ts");
        writeFileSync(file, example.replace('"@wirehouse/client"', JSON.stringify(library)));
        const start = () => run(`env -C ${folder} node ${file}`, { WIREHOUSE: bob.url, TOKEN: bob.token });
        const end = (one: Running) => {
          process.kill(one.pid, "SIGINT");
          return one.ended;
        };
        const first = start();
        await first.wrote("connected, 1 conversations");
        await first.wrote("stored as 4");
        await first.wrote("4 message good morning");
        expect(await end(first)).to.deep.equal({ code: 0, signal: null });
        await ana.send("#fx-desk", "to you too");
        const second = start();
        await second.wrote("5 message to you too");
        await second.wrote("6 message good morning");
        await end(second);
        expect(second.output()).not.to.include("4 message");
      });
    }));
});

import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "chai";
import { type Closed, type Entry, type Handlers, Refused, Unanswered, Wirehouse } from "../../../client/wirehouse.ts";
import { until } from "../../support/until.ts";
import { messages, ScriptedServer } from "./scripted-server.ts";

type Options = Omit<ConstructorParameters<typeof Wirehouse>[0], "url" | "token" | "on">;

/** A client of a scripted server, and what it was told, in order. */
async function withClient(
  use: (client: Wirehouse, server: ScriptedServer, told: [keyof Handlers, unknown][]) => Promise<void>,
  options: Options = {},
): Promise<void> {
  await ScriptedServer.with(async (server) => {
    const told: [keyof Handlers, unknown][] = [];
    const note = (name: keyof Handlers) => (event: unknown) => void told.push([name, event]);
    const on: Handlers = {
      ready: ({ heads }) => told.push(["ready", heads]),
      entries: ({ conversationId, entries }) => told.push(["entries", [conversationId, ...seqs(entries)]]),
      joined: note("joined"),
      left: note("left"),
      reset: note("reset"),
      read: note("read"),
      typing: note("typing"),
      presence: note("presence"),
      closed: ({ code }: Closed) => told.push(["closed", code]),
    };
    const client = new Wirehouse({ url: server.url, token: "t", on, ...options });
    try {
      await use(client, server, told);
    } finally {
      client.close();
    }
  });
}

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const receipt = (seq: number) => ({ conversationId: "c", seq, sentAt: "", hash: `${seq}` });
const failure = (send: Promise<unknown>) =>
  send.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("the client", () => {
  it("goes on where it was after a break: each entry once, in order, whatever is told twice or missing", () =>
    withClient(async (client, server, told) => {
      const first = await server.visit(0);
      expect((await first.greet({ c: 3, d: 0 })).cursors).to.deep.equal({});
      first.tell({ type: "entries", conversationId: "c", entries: messages("c", 4, 6) });
      first.tell({ type: "entries", conversationId: "c", entries: messages("c", 5, 7) });
      await until(() => client.cursors.c === 7, "entries");
      first.socket.close(1012);
      const second = await server.visit(1);
      expect((await second.greet({ c: 9, d: 0 })).cursors).to.deep.equal({ d: 0, c: 7 });
      second.tell({ type: "entries", conversationId: "c", entries: messages("c", 9, 9) });
      const third = await server.visit(2);
      expect((await third.greet({ c: 9, d: 0 })).cursors).to.deep.equal({ d: 0, c: 7 });
      third.tell({ type: "entries", conversationId: "c", entries: messages("c", 8, 9) });
      await until(() => client.cursors.c === 9, "what was missing");
      expect(told.filter(([name]) => name === "entries")).to.deep.equal([
        ["entries", ["c", 4, 5, 6]],
        ["entries", ["c", 7]],
        ["entries", ["c", 8, 9]],
      ]);
    }));

  it("goes on where the caller says, and tells what came and went meanwhile", () =>
    withClient(
      async (client, server, told) => {
        const visit = await server.visit(0);
        expect((await visit.greet({ c: 5, new: 2 })).cursors).to.deep.equal({ c: 4, old: 1 });
        visit.tell({ type: "entries", conversationId: "c", entries: messages("c", 5, 5) });
        await until(() => told.length === 5, "all");
        expect(told).to.deep.equal([
          ["ready", { c: 5, new: 2 }],
          ["left", { conversationId: "old" }],
          ["joined", { conversationId: "new" }],
          ["reset", { conversationId: "new", head: 2 }],
          ["entries", ["c", 5]],
        ]);
        expect(client.cursors).to.deep.equal({ new: 2, c: 5 });
      },
      { cursors: { c: 4, old: 1 } },
    ));

  it("tells of joins, leaves, read marks, typing and presence, and says its own", () =>
    withClient(async (client, server, told) => {
      client.watch(["@bob"]);
      client.read("c", 1);
      client.read("c", 2);
      client.typing("c");
      const visit = await server.visit(0);
      await visit.greet();
      visit.tell(
        { type: "joined", conversationId: "c" },
        { type: "entries", conversationId: "c", entries: messages("c", 8, 8) },
        { type: "read", conversationId: "c", seq: 8 },
        { type: "typing", conversationId: "c", principalId: "bob" },
        { type: "presence", principalId: "bob", status: "away" },
        { type: "left", conversationId: "c" },
      );
      await until(() => told.length === 7, "all");
      expect(told.map(([name]) => name)).to.deep.equal([
        "ready",
        "joined",
        "entries",
        "read",
        "typing",
        "presence",
        "left",
      ]);
      expect(client.cursors).to.deep.equal({});
      client.presence({ status: "dnd", text: "in a meeting" });
      client.typing("c");
      await visit.heard("typing");
      expect(visit.frames.slice(1)).to.deep.equal([
        { type: "watch", principals: ["@bob"] },
        { type: "read", conversationId: "c", seq: 2 },
        { type: "presence", status: "dnd", text: "in a meeting" },
        { type: "typing", conversationId: "c" },
      ]);
      visit.socket.close(1012);
      const next = await server.visit(1);
      await next.greet();
      await next.heard("watch");
      expect(next.frames).to.have.length(2);
    }));

  it("G3: sends again what was not answered, with the same id, and in its order", () =>
    withClient(async (client, server) => {
      const sends = ["one", "two", "three"].map((text) => client.send("#fx", text));
      const first = await server.visit(0);
      await first.greet();
      const [one, ...unanswered] = await first.heard("send", 3);
      first.tell({ type: "ack", ref: one?.ref ?? "", ...receipt(1) });
      expect(await sends[0]).to.include(receipt(1));
      first.socket.terminate();
      const second = await server.visit(1);
      await second.greet();
      const again = await second.heard("send", 2);
      expect(again).to.deep.equal(unanswered);
      expect(again.map(({ text }) => text)).to.deep.equal(["two", "three"]);
      for (const [index, { ref }] of again.entries()) second.tell({ type: "ack", ref, ...receipt(index + 2) });
      expect(await Promise.all(sends)).to.have.length(3);
      expect(client.unanswered).to.equal(0);
    }));

  it("fails a send that is refused for good, that is not answered in time, and that is closed", () =>
    withClient(async (client, server) => {
      const [bad, late, left] = [
        failure(client.send("#nowhere", "x")),
        failure(client.send("#slow", "x", { patience: 500 })),
        failure(client.send("#slow", "x", { clientMessageId: "mine" })),
      ];
      const visit = await server.visit(0);
      await visit.greet();
      const [{ ref } = { ref: 0 }] = await visit.heard("send", 3);
      const problem = { type: "urn:wirehouse:problem:not-found", title: "", status: 404, detail: "no such thing" };
      visit.tell({ type: "refused", ref, problem });
      const refused = await bad;
      expect(refused instanceof Refused && refused.problem).to.deep.equal(problem);
      const unanswered = await late;
      expect(unanswered instanceof Unanswered && unanswered.reason).to.equal("late");
      client.close();
      const closed = await left;
      expect(closed instanceof Unanswered && [closed.reason, closed.clientMessageId]).to.deep.equal(["closed", "mine"]);
      const after = await failure(client.send("#fx", "x"));
      expect(after instanceof Unanswered && after.reason).to.equal("closed");
    }));

  it("stops for good where its token is refused, and fails what waits", () =>
    withClient(async (client, server, told) => {
      const send = failure(client.send("#fx", "x"));
      (await server.visit(0)).socket.close(4401);
      const closed = await send;
      expect(closed instanceof Unanswered && closed.reason).to.equal("closed");
      expect(told).to.deep.equal([["closed", 4401]]);
      expect(client.isReady).to.equal(false);
    }));

  it("leaves a gateway that refuses everything for the moment, and sends on at the next", () =>
    withClient(async (client, server) => {
      const send = client.send("#fx", "x");
      const first = await server.visit(0);
      await first.greet();
      const problem = { type: "urn:wirehouse:problem:unavailable", title: "", status: 503, detail: "" };
      first.socket.on("message", (data) => {
        const { ref, to } = JSON.parse(data.toString());
        if (to === "#fx") first.tell({ type: "refused", ref, problem });
      });
      const [{ ref: refused } = { ref: 0 }] = await first.heard("send");
      first.tell({ type: "refused", ref: refused, problem });
      const second = await server.visit(1);
      await second.greet();
      const [{ ref } = { ref: 0 }] = await second.heard("send");
      second.tell({ type: "ack", ref, ...receipt(4) });
      expect(await send).to.include(receipt(4));
    })).timeout(20_000);

  it("takes a gateway's address with /v1 behind it, as others have it, or without", async () => {
    for (const behind of ["", "/", "/v1", "/v1/"]) {
      const asked = new Set<string | undefined>();
      const server = createServer((request, response) => {
        asked.add(request.url);
        response.end("{}");
      });
      server.on("upgrade", (request, socket) => {
        asked.add(request.url);
        socket.destroy();
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const client = new Wirehouse({ url: `http://127.0.0.1:${port}${behind}`, token: "t" });
      try {
        await client.rest.ask("GET", "/me");
        await until(() => asked.size === 2);
        expect([...asked].sort(), behind).to.deep.equal(["/v1/me", "/v1/stream"]);
      } finally {
        client.close();
        server.close();
      }
    }
  });

  it("takes no address that is none of a gateway's: it would be tried for ever", () => {
    for (const url of ["", "wire.example", "ftp://wire.example", "http://", ["http://wire.example", "http://a b"]])
      expect(() => new Wirehouse({ url, token: "t" }), String(url)).to.throw(TypeError);
  });
});

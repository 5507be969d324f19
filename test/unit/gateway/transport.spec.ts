import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { WebSocket, WebSocketServer } from "ws";
import { STREAMS_OF_ONE } from "../../../contract/limits.ts";
import { Audience, type Listener } from "../../../services/gateway/stream/audience.ts";
import { type Frame, textFrame } from "../../../services/gateway/stream/shared-frame.ts";
import { Streams } from "../../../services/gateway/stream/websocket.ts";
import { listen } from "../../support/listen.ts";
import { until } from "../../support/until.ts";
import { credentialOf, quietBackend } from "./quiet-backend.ts";
import { entry, Tallied } from "./stream-world.ts";

async function withServer(use: (server: Server, url: string) => Promise<void>): Promise<void> {
  const server = createServer();
  try {
    await use(server, `ws://127.0.0.1:${await listen(server)}/v1/stream`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Streams whose principals, one for each token, have no conversations and whose clock runs fast. */
const streams = (times: { hello: number; ping: number }) =>
  new Streams({
    times,
    begun: () => {},
    ended: () => {},
    find: async (tokenHash) => credentialOf(tokenHash),
    backend: quietBackend,
  });

async function closeOf(socket: WebSocket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on("close", resolve);
  socket.on("error", () => {});
  return promise;
}

describe("the transport", () => {
  it("writes one frame to many sockets, and each client reads it, whatever its length", () =>
    withServer(async (server, url) => {
      const texts = ["", "x", "é".repeat(62), "x".repeat(125), "x".repeat(126), "x".repeat(65_535), "x".repeat(65_536)];
      const frames = texts.map(textFrame);
      const accepting = new WebSocketServer({ noServer: true, perMessageDeflate: false });
      server.on("upgrade", (request, socket, head) =>
        accepting.handleUpgrade(request, socket, head, (ws) => {
          for (const frame of frames) socket.write(frame);
          ws.send("by ws itself");
        }),
      );
      for (let reader = 0; reader < 2; reader++) {
        const client = new WebSocket(url);
        const heard: string[] = [];
        client.on("message", (data) => heard.push(data.toString()));
        await until(() => heard.length === texts.length + 1);
        expect(heard).to.deep.equal([...texts, "by ws itself"]);
        client.terminate();
      }
    }));

  it("encodes what is announced once, for however many sessions", () => {
    const written: Frame[] = [];
    const listener = (principalId: string): Listener => ({
      principalId,
      paused: false,
      audiences: new Set(),
      behind: new Set(),
      write: (frame) => written.push(frame),
      restart: () => {},
      catchUp: () => {},
    });
    const tally = new Tallied();
    const audience = new Audience("c", 4, {
      listenersOf: () => [],
      heardOf: () => {},
      repair: () => {},
      contradicted: () => {},
      deserted: () => {},
      tally,
    });
    for (let n = 0; n < 1000; n++) audience.enter(listener(`p${n}`), 4, 4);
    audience.hear({ head: { seq: 6 }, entries: [entry("c", 5, "message"), entry("c", 6, "message")] });
    expect(written).to.have.length(1000);
    expect(new Set(written).size).to.equal(1);
    expect(tally.total.delivered).to.equal(2000);
  });

  it("closes with 4408 who says no hello, and with 1001 who answers no ping", () =>
    withServer(async (server, url) => {
      streams({ hello: 50, ping: 30 }).attach(server);
      expect(await closeOf(new WebSocket(url))).to.equal(4408);
      const mute = new WebSocket(url, { autoPong: false });
      mute.on("open", () => mute.send('{"type":"hello","token":"t"}'));
      const answering = new WebSocket(url);
      answering.on("open", () => answering.send('{"type":"hello","token":"t"}'));
      expect(await closeOf(mute)).to.equal(1001);
      expect(answering.readyState).to.equal(WebSocket.OPEN);
      answering.terminate();
    }));

  it("G8: takes so many streams of one principal, and others' still", () =>
    withServer(async (server, url) => {
      streams({ hello: 10_000, ping: 10_000 }).attach(server);
      const sockets: WebSocket[] = [];
      /** What became of it: greeted, or the code of its close. */
      const hello = async (token: string): Promise<unknown> => {
        const socket = new WebSocket(url);
        sockets.push(socket);
        socket.on("open", () => socket.send(JSON.stringify({ type: "hello", token })));
        const greeted = new Promise((resolve) => socket.once("message", () => resolve("greeted")));
        return Promise.race([greeted, closeOf(socket)]);
      };
      const crowd = await Promise.all(Array.from({ length: STREAMS_OF_ONE }, () => hello("one")));
      expect(new Set(crowd)).to.deep.equal(new Set(["greeted"]));
      expect(await hello("one")).to.equal(4429);
      expect(await hello("other")).to.equal("greeted");
      sockets[0]?.close();
      await until(async () => (await hello("one")) === "greeted", "a place that was given back to be taken");
      for (const socket of sockets) socket.terminate();
    })).timeout(30_000);

  it("refuses upgrades elsewhere, and any while it drains", () =>
    withServer(async (server, url) => {
      const stopping = streams({ hello: 1000, ping: 1000 });
      stopping.attach(server);
      const failure = (to: string) =>
        new Promise<string>((resolve) => new WebSocket(to).on("error", ({ message }) => resolve(message)));
      expect(await failure(url.replace("stream", "other"))).to.include("404");
      expect(await failure(url.replace("/v1/stream", "//"))).to.include("404");
      await stopping.drain(0);
      expect(await failure(url)).to.include("503");
    }));

  it("G8: keeps no connection of whoever was refused an upgrade and leaves his side of it open", () =>
    withServer(async (server, url) => {
      streams({ hello: 1000, ping: 1000 }).attach(server);
      const client = connect({ port: Number(new URL(url).port), host: "127.0.0.1", allowHalfOpen: true });
      client.write("GET /v1/other HTTP/1.1\r\nHost: wirehouse\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      const [answer] = await once(client, "data");
      expect(String(answer)).to.include("404");
      const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)));
      await until(async () => (await count()) === 0, "the connection's end");
      client.destroy();
    }));
});

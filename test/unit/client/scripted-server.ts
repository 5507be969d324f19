import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";
import type { ClientFrame, Entry, ServerFrame } from "../../../client/words.ts";
import { until } from "../../support/until.ts";

type Frame<T extends ClientFrame["type"]> = ClientFrame & { type: T };

/** One connection of a client, as its server sees it. */
export class Visit {
  readonly socket: WebSocket;
  readonly frames: ClientFrame[] = [];
  closed = false;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.frames.push(...[JSON.parse(data.toString())].flat()));
    socket.on("close", () => {
      this.closed = true;
    });
  }

  tell(...frames: ServerFrame[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** The frames of a type, once there are this many. */
  async heard<T extends ClientFrame["type"]>(type: T, count = 1): Promise<Frame<T>[]> {
    const isIt = (frame: ClientFrame): frame is Frame<T> => frame.type === type;
    await until(() => this.frames.filter(isIt).length >= count, `${count} frames of ${type}`);
    return this.frames.filter(isIt);
  }

  /** Waits for `hello`, and greets. @returns the hello */
  async greet(heads: Record<string, number> = {}): Promise<Frame<"hello">> {
    const [hello] = await this.heard("hello");
    this.tell({ type: "ready", sessionId: "s", principalId: "ana", heads });
    if (!hello) throw new Error("no hello");
    return hello;
  }
}

/** A real WebSocket server that says what a test says. */
export class ScriptedServer {
  readonly url: string;
  readonly visits: Visit[] = [];
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on("connection", (socket) => this.visits.push(new Visit(socket)));
  }

  static async with(use: (...servers: ScriptedServer[]) => Promise<void>, count = 1): Promise<void> {
    const servers: ScriptedServer[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/v1/stream" });
        await once(server, "listening");
        const address = server.address();
        if (address === null || typeof address === "string") throw new Error("no port");
        servers.push(new ScriptedServer(server, address.port));
      }
      await use(...servers);
    } finally {
      for (const server of servers) server.#close();
    }
  }

  /** The nth connection, from 0. */
  async visit(index: number): Promise<Visit> {
    const visit = await until(() => this.visits[index], `connection ${index}`);
    if (!visit) throw new Error("no visit");
    return visit;
  }

  #close(): void {
    for (const { socket } of this.visits) socket.terminate();
    this.#server.close();
  }
}

/** Messages of a log. */
export const messages = (conversationId: string, from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    type: "message",
    conversationId,
    seq: from + index,
    senderId: "bob",
    sentAt: "2026-01-01T00:00:00.000Z",
    body: { text: `${from + index}`, salt: "" },
    bodyHash: "",
    prevHash: `${from + index - 1}`,
    hash: `${from + index}`,
  }));

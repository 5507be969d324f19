import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import type { CloseReason } from "../../../contract/close-codes.ts";
import { refuse } from "../../../contract/errors.ts";
import { HELLO_BYTES, STREAMS, STREAMS_OF_ONE } from "../../../contract/limits.ts";
import { allows, authenticate, bearerToken, type FindCredential } from "../authenticate.ts";
import { Places } from "../places.ts";
import type { Backend } from "./backend.ts";
import { Connection, type Times } from "./connection.ts";
import { Standing } from "./standing.ts";

/** Milliseconds for a client to answer a close before it is cut off. */
const CLOSE_TIME = 5_000;

/** Not by `URL`, which throws at what strangers may send. */
const PATH = /^\/v1\/stream\/?(\?|$)/;

/** Fragments of one frame: each costs memory besides its bytes. A proxy that cuts a `hello` at 4 KiB stays far below. */
const FRAGMENTS = 1024;

/** `closeTimeout` is not yet in the types of ws. */
const transport = {
  noServer: true,
  maxPayload: HELLO_BYTES,
  maxFragments: FRAGMENTS,
  perMessageDeflate: false,
  // Invalid UTF-8 is ours to find: it is as malformed as anything else that is not JSON.
  skipUTF8Validation: true,
  closeTimeout: CLOSE_TIME,
};

type Options = {
  find: FindCredential;
  backend: Backend;
  times: Times;
  /** Counts streams: `resumed` came with cursors, `reason` is why we closed one. */
  begun(resumed: boolean): void;
  ended(reason?: CloseReason): void;
};

/** The stream's transport: upgrades, who may come in, and the end of all streams. */
export class Streams {
  readonly #server = new WebSocketServer(transport);
  readonly #options: Options;
  readonly #connections = new Set<Connection>();
  readonly #places = new Places(STREAMS_OF_ONE);
  readonly #standing: Standing;
  #draining = false;

  constructor(options: Options) {
    this.#options = options;
    this.#standing = new Standing(options.find, options.backend.failed);
  }

  /** Streams that are open, and those among them that are paused. */
  get open(): { all: number; paused: number } {
    const paused = [...this.#connections].filter(({ session }) => session?.paused).length;
    return { all: this.#connections.size, paused };
  }

  /** Takes the upgrades of an HTTP server. */
  attach(server: Server): void {
    // A client that offers HTTP/2 (curl --http2) is answered as if it had not.
    Object.assign(server, { shouldUpgradeCallback: isWebSocket });
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** The directory has changed: streams whose credential no longer holds are closed. */
  judge(): void {
    this.#standing.judge();
  }

  /**
   * Sends everybody away, once what he sent is answered.
   * @param period milliseconds over which that is spread, so that they don't all come back at once
   */
  async drain(period: number): Promise<void> {
    this.#draining = true;
    const connections = [...this.#connections];
    await Promise.all(
      connections.map(async (connection, index) => {
        await pause((period * index) / connections.length);
        await connection.drain();
        connection.close("restarting");
      }),
    );
  }

  /** Cuts whatever is left. */
  stop(): void {
    this.#standing.stop();
    for (const socket of this.#server.clients) socket.terminate();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Between here and the WebSocket's own listener a reset would bring the process down.
    socket.on("error", () => socket.destroy());
    if (!PATH.test(request.url ?? "")) refuseUpgrade(socket, "404 Not Found");
    else if (this.#draining) refuseUpgrade(socket, "503 Service Unavailable");
    else this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket, request));
  }

  #accept(ws: WebSocket, socket: Duplex, request: IncomingMessage): void {
    const { find, backend, times } = this.#options;
    const connection = new Connection(ws, socket, bearerToken(request.headers.authorization), {
      times,
      backend,
      authenticate: async (token) => {
        const credential = await authenticate(token, find);
        if (!allows(credential, "read")) throw refuse("unauthorized", "The token lacks the scope read");
        return credential;
      },
      place: (principalId) => this.#places.take(principalId),
      begun: (begun, session, resumed) => {
        this.#standing.add(begun, session.credential);
        this.#options.begun(resumed);
      },
      ended: (ended, reason) => {
        this.#options.ended(reason);
        this.#connections.delete(ended);
        this.#standing.delete(ended);
      },
    });
    this.#connections.add(connection);
    if (this.#connections.size > STREAMS) connection.close("tooMany");
  }
}

const isWebSocket = ({ headers }: IncomingMessage): boolean => /^websocket$/i.test(headers.upgrade ?? "");

function refuseUpgrade(socket: Duplex, status: string): void {
  // Whoever leaves his side open would keep the connection.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

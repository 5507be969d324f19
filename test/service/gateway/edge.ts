import { Server } from "node:http";
import type { ServiceBroker } from "moleculer";
import { WebSocket } from "ws";
import type { ServerFrame } from "../../../contract/frames.ts";
import type { NewToken } from "../../../contract/principal.ts";
import { call } from "../../../mixins/call.ts";
import { gateway } from "../../../services/gateway/gateway.service.ts";
import type { Times } from "../../../services/presence/roll-call.ts";
import { search } from "../../../services/search/search.service.ts";
import { ADMINISTRATOR, administrator, people, wire } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

/** A whole Wirehouse behind a real port, and clients of it. */

type Request = { body?: unknown; raw?: string | Buffer; headers?: Record<string, string> };

/** A principal over REST. */
export class Client {
  readonly url: string;
  readonly token: string;
  readonly principalId: string;
  readonly handle: string;

  constructor(url: string, token: string, principalId: string, handle: string) {
    this.url = url;
    this.token = token;
    this.principalId = principalId;
    this.handle = handle;
  }

  async call(method: string, path: string, { body, raw, headers }: Request = {}) {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const about = payload === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${this.url}${path}`, {
      method,
      body: payload,
      headers: { authorization: `Bearer ${this.token}`, ...about, ...headers },
    });
    const text = await response.text();
    const { status } = response;
    return { status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }

  get = (path: string) => this.call("GET", path);
  post = (path: string, body: unknown) => this.call("POST", path, { body });
  put = (path: string, body: unknown) => this.call("PUT", path, { body });
  patch = (path: string, body: unknown) => this.call("PATCH", path, { body });
  delete = (path: string) => this.call("DELETE", path);
  send = (to: string, text: string, more: object = {}) => this.post("/v1/messages", { to, text, ...more });

  /** A room of oneself and others: its id. */
  async room(...others: Client[]): Promise<string> {
    const members = others.map(({ handle }) => `@${handle}`);
    const { body } = await this.post("/v1/conversations", { kind: "room", members });
    return body.id;
  }

  stream(cursors?: Record<string, number>): Promise<Stream> {
    return new Stream(this.url).hello({ token: this.token, cursors });
  }
}

/** One stream, and all that it was told. */
export class Stream {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  readonly #opened: Promise<void>;
  closed: number | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/stream`, { headers, perMessageDeflate: false });
    this.socket = socket;
    this.#opened = new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    // Whoever waits for it hears of it by `#opened`; later ones come with a close.
    socket.on("error", () => {});
    socket.on("message", (data) => this.frames.push(JSON.parse(data.toString())));
    socket.on("close", (code) => {
      this.closed = code;
    });
  }

  /** Says hello, and waits for `ready` or the end. */
  async hello(hello: { token?: string; cursors?: Record<string, number> }): Promise<Stream> {
    await this.say({ type: "hello", ...hello });
    await until(() => this.frames.length > 0 || this.closed, "ready");
    return this;
  }

  async say(frame: unknown): Promise<void> {
    await this.#opened;
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Seqs of the entries of a conversation, in the order in which they came. */
  seqs(conversationId: string): number[] {
    return this.frames.flatMap((frame) =>
      frame.type === "entries" && frame.conversationId === conversationId ? frame.entries.map(({ seq }) => seq) : [],
    );
  }

  types(): string[] {
    return this.frames.map(({ type }) => type);
  }

  /** The first frame of a type. */
  async frame<T extends ServerFrame["type"]>(type: T): Promise<ServerFrame & { type: T }> {
    const isIt = (frame: ServerFrame): frame is ServerFrame & { type: T } => frame.type === type;
    return there(await until(() => this.frames.find(isIt), type));
  }

  /** How it was closed. */
  async end(): Promise<number> {
    return there(await until(() => this.closed, "the close"));
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing there");
  return value;
}

export type Edge = {
  broker: ServiceBroker;
  url: string;
  admin: Client;
  /** A new person with a token. */
  person(handle: string): Promise<Client>;
  /** Another token of his. */
  again(who: Pick<Client, "principalId" | "handle">, token?: NewToken): Promise<Client & { tokenId: string }>;
};

/** The gateway's. */
export function serverOf(broker: ServiceBroker): Server {
  const service = broker.services.find(({ name }) => name === "gateway");
  if (!service || !("server" in service && service.server instanceof Server)) throw new Error("there is no gateway");
  return service.server;
}

function portOf(broker: ServiceBroker): number {
  const address = serverOf(broker).address();
  if (address === null || typeof address === "string") throw new Error("the gateway does not listen");
  return address.port;
}

/** What this broker's gateway lets one do. */
export async function edgeOf(broker: ServiceBroker): Promise<Edge> {
  const url = `http://127.0.0.1:${portOf(broker)}`;
  const meta = await administrator(broker);
  const token = async (handle: string, wanted: NewToken = {}) =>
    call(broker, "directory.createToken", { handle, ...wanted }, meta);
  return {
    broker,
    url,
    admin: new Client(url, ADMINISTRATOR, meta.principalId, "admin"),
    async person(handle) {
      const [made] = await people(broker, handle);
      return new Client(url, (await token(handle)).token, made?.principalId ?? "", handle);
    },
    async again({ principalId, handle }, wanted) {
      const made = await token(handle, wanted);
      return Object.assign(new Client(url, made.token, principalId, handle), { tokenId: made.id });
    },
  };
}

/** A gateway on any port. */
export const gatewayOf = (settings: Partial<Parameters<typeof gateway>[0]> = {}) =>
  gateway({ port: 0, host: "127.0.0.1", rate: 0, origins: [], ...settings });

/** @param settings of the gateway and times of presence, where they are not the tests' usual ones */
export const withEdge = (
  use: (edge: Edge) => Promise<void>,
  { times, ...settings }: Partial<Parameters<typeof gateway>[0]> & { times?: Times } = {},
): Promise<void> =>
  withFolder((folder) =>
    withBroker([...wire(folder, times), search({ data: folder }), gatewayOf(settings)], async (broker) =>
      use(await edgeOf(broker)),
    ),
  );

import type { Static, TSchema } from "typebox";
import Type from "typebox";
import Value from "typebox/value";
import { Receipt, WireEntry } from "../../contract/entry.ts";
import { Page } from "../../contract/scalars.ts";

/** A person over REST and the stream, as any client would be. The server behind `url` may be replaced meanwhile. */
export class Client {
  url: string;
  readonly token: string;
  readonly #patience: number;

  /** @param patience milliseconds for an answer */
  constructor(url: string, token: string, patience = 60_000) {
    this.url = url;
    this.token = token;
    this.#patience = patience;
  }

  /** @throws when the connection breaks or nothing comes, or the status is none of the 2xx */
  async ask<T extends TSchema>(result: T, method: string, path: string, body?: object): Promise<Static<T>> {
    const { status, body: answer } = await this.request(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return Value.Parse(result, answer);
  }

  async request(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(this.#patience),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** A new person, by an administrator. */
  async person(handle: string): Promise<Client & { id: string; handle: string }> {
    const { id } = await this.ask(Type.Object({ id: Type.String() }), "POST", "/principals", {
      handle,
      name: handle,
      kind: "person",
    });
    const { token } = await this.ask(Type.Object({ token: Type.String() }), "POST", `/principals/${handle}/tokens`, {});
    return Object.assign(new Client(this.url, token), { id, handle });
  }

  async room(...handles: string[]): Promise<string> {
    const members = handles.map((handle) => `@${handle}`);
    const { id } = await this.ask(Type.Object({ id: Type.String() }), "POST", "/conversations", {
      kind: "room",
      members,
    });
    return id;
  }

  send(to: string, text: string, clientMessageId: string): Promise<Static<typeof Receipt>> {
    return this.ask(Receipt, "POST", "/messages", { to, text, clientMessageId });
  }

  /** The whole raw log. */
  async log(conversationId: string): Promise<Static<typeof WireEntry>[]> {
    const entries: Static<typeof WireEntry>[] = [];
    for (;;) {
      const after = entries.at(-1)?.seq ?? 0;
      const { items } = await this.ask(
        Page(WireEntry),
        "GET",
        `/conversations/${conversationId}/entries?after=${after}&limit=200`,
      );
      if (items.length === 0) return entries;
      entries.push(...items);
    }
  }

  async verified(conversationId: string): Promise<boolean> {
    const { ok } = await this.ask(
      Type.Object({ ok: Type.Boolean() }),
      "POST",
      `/conversations/${conversationId}/verify`,
    );
    return ok;
  }
}

const Entries = Type.Object({
  type: Type.Literal("entries"),
  conversationId: Type.String(),
  entries: Type.Array(WireEntry),
});
const Ready = Type.Object({ type: Type.Literal("ready"), heads: Type.Record(Type.String(), Type.Number()) });

/** One person's stream that comes back from its cursors whenever it is cut, and keeps what it was shown. */
export class Follower {
  readonly shown = new Map<string, Static<typeof WireEntry>[]>();
  readonly #client: Client;
  readonly #cursors: Record<string, number>;
  #socket: WebSocket | undefined;
  #closed = false;

  constructor(client: Client, cursors: Record<string, number>) {
    this.#client = client;
    this.#cursors = cursors;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  #open(): void {
    if (this.#closed) return;
    const socket = new WebSocket(`${this.#client.url.replace("http", "ws")}/v1/stream`);
    this.#socket = socket;
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: "hello", token: this.#client.token, cursors: this.#cursors }));
    socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)));
    socket.onclose = () => setTimeout(() => this.#open(), 20);
    socket.onerror = () => {};
  }

  #take(frame: unknown): void {
    if (Value.Check(Ready, frame)) for (const [id, head] of Object.entries(frame.heads)) this.#cursors[id] ??= head;
    if (!Value.Check(Entries, frame)) return;
    const { conversationId, entries } = frame;
    this.shown.set(conversationId, [...(this.shown.get(conversationId) ?? []), ...entries]);
    this.#cursors[conversationId] = entries.at(-1)?.seq ?? 0;
  }
}

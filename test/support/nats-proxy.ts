import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";

/** What becomes of a message on its way from the server to the node. */
export type Fate = "passed" | "dropped" | "doubled";

/**
 * A TCP proxy between one node and its nats-server, which can cut the node off, fall silent, and drop or double messages
 * by their subject. (https://docs.nats.io/reference/reference-protocols/nats-protocol)
 */
export class NatsProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer((socket) => this.#join(socket));
  readonly #target: number;
  #isCut = false;
  #isSilent = false;
  fate: (subject: string, payload: string) => Fate = () => "passed";

  private constructor(target: string) {
    this.#target = Number(new URL(target).port);
  }

  static async open(target: string): Promise<NatsProxy> {
    const proxy = new NatsProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy is not open");
    return `nats://127.0.0.1:${address.port}`;
  }

  /** Closes what is open, and lets nobody through. */
  cut(): void {
    this.#isCut = true;
    this.#destroyAll();
  }

  /** Nothing passes any more, and nobody is told so. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  heal(): void {
    this.#isCut = false;
    this.#isSilent = false;
    // Whoever was silenced has a connection whose other end may be gone: it is to find that out.
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.#destroyAll();
    this.#server.close();
    await once(this.#server, "close");
  }

  #destroyAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #join(node: Socket): void {
    if (this.#isCut) {
      node.destroy();
      return;
    }
    const server = dial(this.#target, "127.0.0.1");
    const pair = [node, server] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [pair, [server, node] as const]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    const parse = messages((subject, bytes) => {
      const fate = this.fate(subject, bytes.toString("latin1"));
      if (fate !== "dropped") node.write(bytes);
      if (fate === "doubled") node.write(bytes);
    });
    node.on("data", (bytes: Buffer) => server.write(bytes));
    server.on("data", parse);
    if (this.#isSilent) for (const socket of pair) socket.pause();
  }
}

/** Cuts what a server says into its operations; those that deliver a message come with its subject, others with "". */
function messages(take: (subject: string, bytes: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const end = rest.indexOf("\r\n");
      if (end < 0) return;
      const [operation = "", subject = "", ...more] = rest.subarray(0, end).toString("latin1").split(" ");
      const carries = operation === "MSG" || operation === "HMSG";
      const length = end + 2 + (carries ? Number(more.at(-1)) + 2 : 0);
      if (rest.length < length) return;
      take(carries ? subject : "", rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}

import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import { listen } from "./listen.ts";

/** A TCP proxy of the loopback before a server there, which can cut off who comes by it, and fall silent. */
export class TcpProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer((socket) => this.#join(socket));
  readonly #target: number;
  #port = 0;
  #isCut = false;
  #isSilent = false;

  /** @param target the server's port */
  constructor(target: number) {
    this.#target = target;
  }

  async listen(): Promise<this> {
    this.#port = await listen(this.#server);
    return this;
  }

  get port(): number {
    return this.#port;
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

  /** What hands on to a client what its server says. */
  protected relay(client: Socket): (bytes: Buffer) => void {
    return (bytes) => void client.write(bytes);
  }

  #destroyAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #join(client: Socket): void {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const server = dial(this.#target, "127.0.0.1");
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    for (const [socket, other] of [pair, [server, client] as const]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    client.on("data", (bytes: Buffer) => server.write(bytes));
    server.on("data", this.relay(client));
    if (this.#isSilent) for (const socket of pair) socket.pause();
  }
}

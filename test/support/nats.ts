import { spawnSync } from "node:child_process";
import { type Running, run } from "./server.ts";

/** The nats-server to test with: one that is named, or that of the system. */
export const natsServer = process.env.NATS_SERVER_BIN ?? "nats-server";
const found = spawnSync(natsServer, ["--version"]).status === 0;

/** Tests on a real nats-server; where there is none a line says so, but CI must have one. */
export function describeOnNats(title: string, suite: () => void): void {
  if (found) describe(title, suite);
  else if (process.env.CI === undefined)
    console.log(
      `${title}: left out, for want of nats-server (Debian: apt-get install nats-server), or NATS_SERVER_BIN`,
    );
  else describe(title, () => it("finds nats-server", () => Promise.reject(new Error(`there is no ${natsServer}`))));
}

/** A nats-server of one test. */
export type NatsServer = {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again where it was, after `kill`. */
  start(): Promise<void>;
};

/** A nats-server on any free port of the loopback, gone afterwards. */
export async function withNats<T>(use: (server: NatsServer) => Promise<T>, options = ""): Promise<T> {
  let server = await start(-1, options);
  const port = Number(server.listening);
  const restartable: NatsServer = {
    url: `nats://127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    async kill() {
      await server.kill();
    },
    async start() {
      server = await start(port, options);
    },
  };
  try {
    return await use(restartable);
  } finally {
    await server.kill();
  }
}

async function start(port: number, options: string): Promise<Running & { listening: string }> {
  const server = run(`exec ${natsServer} -a 127.0.0.1 -p ${port} ${options}`);
  const listening = await server.wrote(/client connections on 127\.0\.0\.1:(\d+)/);
  await server.wrote("Server is ready");
  return { ...server, listening };
}

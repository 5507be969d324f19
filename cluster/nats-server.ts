import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { CannotStart } from "../contract/errors.ts";

const missing = (program: string) => `There is no ${program} here, by which the nodes find each other. Install it:
  Debian, Ubuntu   sudo apt-get install nats-server
  Fedora           sudo dnf install /usr/bin/nats-server
  Homebrew         brew install nats-server
  Windows          scoop install nats-server
  others           https://github.com/nats-io/nats-server/releases
or say with NATS_SERVER_BIN where it is, or with NATS_URL where one runs already.`;

/** @throws CannotStart that says how to install it, where there is none */
export function checkNatsServer(program: string): void {
  if (spawnSync(program, ["--version"], { stdio: "ignore" }).status !== 0) throw new CannotStart(missing(program));
}

/** A port of the loopback that nobody had a moment ago: a server that starts again must be where it was. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gives no port");
  return address.port;
}

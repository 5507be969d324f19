import { readFileSync } from "node:fs";
import { type ConnectionOptions, credsAuthenticator } from "nats";
import { CannotStart } from "../../contract/errors.ts";

/** How to reach the NATS servers, and as whom. */
export type Nats = {
  /** `nats://` or `tls://` with host and port, no credentials. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Paths of files. */
  readonly credentials?: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
};

/**
 * Milliseconds. A silent cut is noticed after two or three pings, and each attempt to dial ends soon enough for the next
 * one: left at their defaults the former takes four minutes and the latter hangs.
 */
const PING = 1_000;
const DIAL = 1_000;
const RECONNECT_WAIT = 200;
const RECONNECT_JITTER = 300;

/**
 * @param name what the connection is called in the server's lists
 * @throws CannotStart when a file cannot be read
 */
export function connectionOptions(nats: Nats, name: string): ConnectionOptions {
  const { user, password, token, credentials, ca, certificate, key } = nats;
  const secure = ca !== undefined || certificate !== undefined || nats.servers.some((url) => url.startsWith("tls:"));
  return {
    servers: [...nats.servers],
    name,
    ...(user === undefined ? {} : { user, pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(read(credentials)) }),
    ...(secure ? { tls: { ca: text(ca), cert: text(certificate), key: text(key) } } : {}),
    timeout: DIAL,
    pingInterval: PING,
    reconnectTimeWait: RECONNECT_WAIT,
    reconnectJitter: RECONNECT_JITTER,
    reconnectJitterTLS: RECONNECT_JITTER,
    maxReconnectAttempts: -1,
    // Otherwise a second refusal in a row, by a server that is being set up anew, would be the connection's end.
    ignoreAuthErrorAbort: true,
  };
}

const text = (path: string | undefined) => (path === undefined ? undefined : read(path).toString());

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`A file for the connection to NATS cannot be read: ${reason}`);
  }
}

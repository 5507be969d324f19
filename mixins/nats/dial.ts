import { setTimeout as pause } from "node:timers/promises";
import { connect, ErrorCode, type NatsConnection, NatsError } from "nats";
import { CannotStart } from "../../contract/errors.ts";
import { TRANSPORT_BYTES } from "../../contract/limits.ts";
import { connectionOptions, type Nats } from "./options.ts";

/** Milliseconds between two tries. */
const WAIT = 500;

/** Reasons that pass by themselves, when a server starts or a network comes back; any other is for a person to mend. */
const passing: ReadonlySet<unknown> = new Set([
  ErrorCode.ConnectionRefused,
  ErrorCode.ConnectionTimeout,
  ErrorCode.Timeout,
  ErrorCode.Disconnect,
  ErrorCode.ConnectionClosed,
  ErrorCode.AuthenticationTimeout,
  "EAI_AGAIN",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/**
 * A process's first connection to NATS: where there is no server yet it says so, once, and waits for one.
 * @param name what the connection is called in the server's lists
 * @param tell hears in a sentence what is waited for
 * @throws CannotStart when what is wrong doesn't pass: credentials, certificates, the size of messages
 */
export async function dial(nats: Nats, name: string, tell: (sentence: string) => void): Promise<NatsConnection> {
  const options = connectionOptions(nats, name);
  const servers = nats.servers.join(", ");
  let told: string | undefined;
  for (;;) {
    try {
      return roomy(await connect(options));
    } catch (error) {
      const reason = reasonOf(error);
      if (!passing.has(codeOf(error))) throw error instanceof CannotStart ? error : refused(error, servers, reason);
      if (told !== reason) tell(`NATS at ${servers} can't be reached (${reason}): waiting until it can`);
      told = reason;
    }
    await pause(WAIT);
  }
}

/** @throws CannotStart where what may be sent within Wirehouse would be refused by the server */
function roomy(connection: NatsConnection): NatsConnection {
  const { max_payload: most = 0 } = connection.info ?? {};
  if (most >= TRANSPORT_BYTES) return connection;
  void connection.close();
  throw new CannotStart(
    `NATS takes messages of ${most} bytes only: set its max_payload to ${TRANSPORT_BYTES} or more (in bytes)`,
  );
}

function refused(error: unknown, servers: string, reason: string): CannotStart {
  if (error instanceof NatsError && (error.isAuthError() || error.code === ErrorCode.BadCreds))
    return new CannotStart(
      `NATS at ${servers} refuses this process (${reason}): look at NATS_USER and NATS_PASSWORD, NATS_TOKEN or NATS_CREDENTIALS`,
    );
  if (codeOf(error) === ErrorCode.ServerOptionNotAvailable)
    return new CannotStart(`NATS at ${servers} offers no TLS, which tls://, NATS_CA or NATS_CERTIFICATE ask for`);
  return new CannotStart(
    `NATS at ${servers} can't be used (${reason}): look at NATS_URL, NATS_CA, NATS_CERTIFICATE and NATS_KEY`,
  );
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

/** Without the quotes that the server puts around it, and Node's advice after it. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/;.*|^'|'$/gs, "") : String(error);

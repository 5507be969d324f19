import { Socket } from "node:net";
import type { NatsConnection } from "nats";

/** A property of something that has no type. */
const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

/**
 * Ends a connection whose pings nobody answers. nats.js would first hand on what it still has, and on a link that is cut the
 * system takes that for a quarter of an hour (tcp(7), `tcp_retries2`): a busy node stayed with a server that was gone.
 */
export function endStale(connection: NatsConnection): void {
  const socket = at(at(at(connection, "protocol"), "transport"), "socket");
  if (socket instanceof Socket) socket.destroy();
}

import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { CannotStart } from "../../../../contract/errors.ts";
import type { SqlServer } from "../../../../contract/sql-server.ts";

/** Milliseconds for a connection to be made. */
export const CONNECT = 3_000;
/** Milliseconds for one message: whoever asked has given up after ten seconds. What is late is called off by an attention. */
export const REQUEST = 8_000;
/** Milliseconds for the attention to be answered; then the connection is closed, by which the server rolls back, too. */
const CANCEL = 1_000;

/** What tedious is told of a server, for our own pools and for knex. @throws CannotStart when a file can't be read */
export const optionsOf = (server: SqlServer) => ({
  encrypt: server.encrypt,
  trustServerCertificate: server.trustServerCertificate,
  multiSubnetFailover: server.multiSubnetFailover,
  appName: `wirehouse ${hostname()}-${process.pid}`.slice(0, 128),
  useUTC: true,
  cancelTimeout: CANCEL,
  // Whatever fails rolls its transaction back, an attention too.
  abortTransactionOnError: true,
  ...(server.hostNameInCertificate === undefined ? {} : { serverName: server.hostNameInCertificate }),
  ...(server.authority === undefined ? {} : { cryptoCredentialsDetails: { ca: contentOf(server.authority) } }),
});

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`A file that DATABASE_URL names cannot be read: ${reason}`);
  }
}

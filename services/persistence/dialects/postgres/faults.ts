/**
 * Classes of SQLSTATE that blame the state of the database and not the statement: connection, rollback by conflict,
 * resources, locks that are not given, cancellation and shutdown, the system, damage; logins, read-only servers and
 * missing databases, which a running process meets when a server is exchanged; transactions that the server has ended
 * because a paused node left them open; and prepared statements that a newer node's migration has made void.
 * (https://www.postgresql.org/docs/15/errcodes-appendix.html)
 */
const OF_DATABASE = /^(08|40|53|55|57|58|XX|28|3D|25006|25P0[34]|0A000)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Codes of Node for sockets and TLS, and what `pg`, `knex` and `tarn` say, without a code, of connections that are lost or not to be had. */
const OF_SOCKET = /^(E[A-Z]{3,}|ERR_(TLS|SSL|SOCKET|STREAM)\w*|[A-Z]+(_[A-Z]+)*_CERT\w*|CERT_\w+|UNABLE_TO_\w+)$/;
const OF_CONNECTION = /connection|timeout|not queryable|silent|aborted/i;

const UNIQUE_VIOLATION = "23505";
/** Rolled back so that another transaction could go on. */
const CONFLICTS: ReadonlySet<string> = new Set(["40001", "40P01"]);

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** Whether it is the database that fails: what reads may be asked again. */
export function isFailure(error: unknown): boolean {
  if (!(error instanceof Error) || "type" in error) return false;
  const code = codeOf(error);
  if (SQLSTATE.test(code) && !OF_SOCKET.test(code)) return OF_DATABASE.test(code);
  return OF_SOCKET.test(code) || (code === "" && OF_CONNECTION.test(error.message));
}

/**
 * What is wrong, where the outcome of a write is unknown; undefined where the server has refused the statement, so that
 * nothing was written.
 */
export function faultOf(error: unknown): string | undefined {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (SQLSTATE.test(code) && !OF_SOCKET.test(code)) return OF_DATABASE.test(code) ? `${code} ${text}` : undefined;
  return text || code;
}

/** Somebody else has taken a unique name. */
export const isUniqueViolation = (error: unknown): boolean => codeOf(error) === UNIQUE_VIOLATION;

/** Another transaction was given way: nothing was written, and the same may succeed when it is tried again. */
export const isConflict = (error: unknown): boolean => CONFLICTS.has(codeOf(error));

/** The login lacks a right. */
export const isDenied = (error: unknown): boolean => codeOf(error) === "42501";

/** What a person must mend, not time: login, database, rights, certificates. */
export const isForAPerson = (error: unknown): boolean =>
  /^(28|3D|42|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(codeOf(error)) ||
  (error instanceof Error && /SSL connections|SASL|password/i.test(error.message));

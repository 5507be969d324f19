import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { hostname } from "node:os";
import pg from "pg";
import type { Postgres, Tls } from "../../../../contract/database.ts";
import { CannotStart } from "../../../../contract/errors.ts";

/** Milliseconds for a connection to be made. */
const CONNECT = 3_000;
/** Milliseconds that a statement may wait for a lock: a paused node's transaction is ended before that. */
const LOCK = 3_000;
/** Milliseconds after which the server ends a transaction whose client says nothing: a paused node holds nobody up. */
const IDLE_IN_TRANSACTION = 2_000;
/** Milliseconds for one statement: all go by an index, and whoever asked can still ask another node. */
const STATEMENT = 4_000;
/** Milliseconds without a byte after which a connection is given up: an answer would have come, if only that it is late. */
const SILENCE = STATEMENT + 1_000;
/** Seconds after which the server sees that a machine is gone. */
const KEEPALIVE = { idle: 5, interval: 2, count: 3 };

/**
 * Settings of each of our connections. Every statement is meant to go by an index, so the planner is not given the choice:
 * left to measure, it would walk through a table while that is small, or while nobody has counted it.
 */
const settings: Record<string, string | number> = {
  timezone: "UTC",
  statement_timeout: STATEMENT,
  lock_timeout: LOCK,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
  tcp_keepalives_idle: KEEPALIVE.idle,
  tcp_keepalives_interval: KEEPALIVE.interval,
  tcp_keepalives_count: KEEPALIVE.count,
  // Keepalives are not sent while an answer is unacknowledged: without it a machine that is gone then is waited for, with
  // what it has locked, for a quarter of an hour.
  tcp_user_timeout: SILENCE,
  jit: "off",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

/** How to connect, for `pg` and for knex. @throws CannotStart when a file of TLS can't be read */
export function connectionOptions(database: Postgres, more: Record<string, string | number> = {}) {
  const options = Object.entries({ ...settings, ...more }).map(([name, value]) => `-c ${name}=${value}`);
  return {
    host: database.host,
    port: database.port,
    database: database.database,
    user: database.user,
    password: database.password,
    ssl: database.tls === undefined ? false : tlsOptions(database.tls),
    application_name: `wirehouse ${hostname()}-${process.pid}`.slice(0, 63),
    options: options.join(" "),
    connectionTimeoutMillis: CONNECT,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE.idle * 1000,
    types: { getTypeParser: parserOf },
  };
}

/** Ends a connection by which nothing comes any more, so that it is not asked again: one that idles too. */
export function endInSilence(client: object): void {
  const connection: unknown = Reflect.get(client, "connection");
  const stream: unknown = typeof connection === "object" && connection ? Reflect.get(connection, "stream") : undefined;
  if (stream instanceof Socket) stream.setTimeout(SILENCE, () => stream.destroy(new Error("the database is silent")));
}

function tlsOptions({ proof, authority, certificate, key }: Tls) {
  return {
    rejectUnauthorized: proof !== "none",
    ...(proof === "authority" ? { checkServerIdentity: () => undefined } : {}),
    ...(authority === undefined ? {} : { ca: contentOf(authority) }),
    ...(certificate === undefined ? {} : { cert: contentOf(certificate) }),
    ...(key === undefined ? {} : { key: contentOf(key) }),
  };
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`A file that DATABASE_URL names cannot be read: ${reason}`);
  }
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const NUMERIC = 1700;

/** Of our own connections alone: numbers are safe integers here, times are what the contract writes. */
function parserOf(oid: number): (text: string) => unknown {
  if (oid === INT8 || oid === NUMERIC) return integer;
  if (oid === TIMESTAMPTZ) return time;
  return pg.types.getTypeParser(oid);
}

/** @throws Error where a number would not be the one that is stored */
export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${text} is no integer of ours`);
  return value;
}

/** RFC 3339 with milliseconds, from `2026-01-02 03:04:05.6+00`: the connection's time zone is UTC. */
export function time(text: string): string {
  const [, date = "", clock = "", fraction = ""] = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  return `${date}T${clock}.${fraction.padEnd(3, "0")}Z`;
}

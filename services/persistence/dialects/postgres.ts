import { setTimeout as pause } from "node:timers/promises";
import knex, { type Knex } from "knex";
import type { Postgres } from "../../../contract/database.ts";
import { CannotStart } from "../../../contract/errors.ts";
import { once } from "../../../mixins/once.ts";
import { migrate } from "../migrate.ts";
import type { Dialect, SchemaWork, Statement } from "./dialect.ts";
import { connectionOptions, endInSilence } from "./postgres/connection.ts";
import { isDenied, isFailure, isForAPerson } from "./postgres/faults.ts";
import { schema } from "./postgres/schema.ts";
import { Writer } from "./postgres/writer.ts";

/** Milliseconds between two tries of a server that is not there yet. */
const WAIT = 500;
/** Milliseconds that a read waits for a connection. */
const ACQUIRE = 4_000;
/** Milliseconds after which a connection that nobody needs is closed. */
const IDLE = 30_000;
/** Any number that is ours: who migrates holds a lock of this name. */
const MIGRATION_LOCK = 7_391_205;

/**
 * A PostgreSQL server that several nodes share. Migrates first, one node after the other. Waits for a server that is not
 * there yet.
 * @param pool connections to read on, at most
 * @param warn is told what is waited for, and what fails later
 * @throws CannotStart, one sentence, when it can't be used until somebody has mended it
 */
export async function openPostgres(database: Postgres, pool: number, warn: (text: string) => void): Promise<Dialect> {
  const where = `The database ${database.database} at ${database.host}:${database.port}`;
  const tell = once((reason) => warn(`${where} fails: ${reason}`));
  const writer = new Writer(database, tell);
  const waiting = once((reason) => warn(`${where} can't be reached (${reason}): waiting until it can`));
  for (;;) {
    try {
      await writer.open();
      await onPostgresSchema(database, migrate);
      break;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const waits = !(error instanceof CannotStart) && isFailure(error) && !isForAPerson(error);
      if (!waits) {
        await writer.close();
        throw error instanceof CannotStart ? error : new CannotStart(`${where} can't be used: ${reason}`);
      }
      waiting(reason);
    }
    await pause(WAIT);
  }
  const reader = openReader(database, pool);
  return {
    reader,
    commit: (batch) => writer.commit(batch),
    write: (statements) => writer.write(statements.map(native)),
    moveCursors: (moves) => writer.moveCursors(moves),
    isFailure,
    async close() {
      await Promise.all([reader.destroy(), writer.close()]);
    },
  };
}

/**
 * Works on the schema, one process after the other. The lock is its one connection's and goes with it: whoever dies
 * meanwhile holds nobody up.
 */
export async function onPostgresSchema<T>(database: Postgres, work: SchemaWork<T>): Promise<T> {
  const db = connect(database, { lock_timeout: 0, statement_timeout: 0 }, { max: 1 });
  try {
    await db.raw("select pg_advisory_lock(?)", [MIGRATION_LOCK]);
    return await work(db, schema);
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new CannotStart(
      `The schema of ${database.database} is older than this program, and ${database.user} may not change it: run \`npm run migrate -- up\` as its owner`,
    );
  } finally {
    await db.destroy();
  }
}

const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

function connect(database: Postgres, settings: Record<string, string | number>, pool: Knex.PoolConfig): Knex {
  return knex({
    client: "pg",
    // Else an error of a statement would tell what was to be written by it.
    compileSqlOnError: false,
    connection: connectionOptions(database, settings),
    // What fails is told to who asks; knex would print it.
    log: silent,
    pool: { min: 0, ...pool },
  });
}

const openReader = (database: Postgres, max: number): Knex =>
  connect(
    database,
    { default_transaction_read_only: "on" },
    {
      max,
      acquireTimeoutMillis: ACQUIRE,
      idleTimeoutMillis: IDLE,
      afterCreate(client: object, done: (error: unknown, client: object) => void) {
        endInSilence(client);
        done(null, client);
      },
    },
  );

function native({ query, required = false }: Statement) {
  const { sql, bindings } = query.toSQL().toNative();
  return { sql, bindings, required };
}

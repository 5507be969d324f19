import { setTimeout as pause } from "node:timers/promises";
import { CannotStart } from "../../../contract/errors.ts";
import type { SqlServer } from "../../../contract/sql-server.ts";
import { once } from "../../../mixins/once.ts";
import { migrate } from "../migrate.ts";
import type { Dialect, SchemaWork } from "./dialect.ts";
import { assertDurable, settingsOf } from "./mssql/durability.ts";
import { isDenied, isFailure, isForAPerson, reasonOf } from "./mssql/faults.ts";
import { connect } from "./mssql/knex.ts";
import { schema } from "./mssql/schema.ts";
import { Writer } from "./mssql/writer.ts";

/** Milliseconds between two tries of a server that is not there yet. */
const WAIT = 500;
/** Milliseconds that a read waits for a connection. */
const ACQUIRE = 4_000;
/** Milliseconds after which a connection that nobody needs is closed. */
const IDLE = 30_000;

const LOCK = `declare @locked int;
exec @locked = sp_getapplock @Resource = N'wirehouse schema', @LockMode = 'Exclusive', @LockOwner = 'Session';
if @locked < 0 throw 51222, N'the lock of the schema is not to be had', 1;`;

/**
 * A SQL Server that several nodes share. Migrates first, one node after the other. Waits for a server that is not there
 * yet.
 * @param pool connections to read on, at most
 * @param warn is told what is waited for, and what fails later
 * @throws CannotStart, one sentence, when it can't be used until somebody has mended it
 */
export async function openSqlServer(server: SqlServer, pool: number, warn: (text: string) => void): Promise<Dialect> {
  const where = `The database ${server.database} at ${server.host}:${server.port}`;
  const writer = new Writer(
    server,
    once((reason) => warn(`${where} fails: ${reason}`)),
  );
  const waiting = once((reason) => warn(`${where} can't be reached (${reason}): waiting until it can`));
  for (;;) {
    try {
      await onSqlServerSchema(server, async (knex, dialect) => {
        const settings = await settingsOf(knex);
        assertDurable(settings);
        if (!settings.versions)
          warn(`${where} keeps no versions of rows (READ_COMMITTED_SNAPSHOT): reads wait for commits`);
        await migrate(knex, dialect);
      });
      await writer.open();
      break;
    } catch (error) {
      const reason = error instanceof Error ? reasonOf(error) : String(error);
      if (error instanceof CannotStart || !isFailure(error) || isForAPerson(error)) {
        await writer.close();
        throw error instanceof CannotStart ? error : new CannotStart(`${where} can't be used: ${reason}`);
      }
      waiting(reason);
    }
    await pause(WAIT);
  }
  const reader = connect(server, { max: pool, acquireTimeoutMillis: ACQUIRE, idleTimeoutMillis: IDLE });
  return {
    reader,
    commit: (batch) => writer.commit(batch),
    write: (statements) => writer.write(statements),
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
export async function onSqlServerSchema<T>(server: SqlServer, work: SchemaWork<T>): Promise<T> {
  const db = connect(server, { max: 1 }, 0);
  try {
    await db.raw(LOCK);
    return await work(db, schema);
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new CannotStart(
      `The schema of ${server.database} is older than this program, and ${server.user} may not change it: run \`npm run migrate -- up\` as its owner`,
    );
  } finally {
    await db.destroy();
  }
}

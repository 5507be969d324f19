import knex, { type Knex } from "knex";
import Client, { type Answered } from "knex/lib/dialects/mssql/index.js";
import type { Connection, Request } from "tedious";
import type { SqlServer } from "../../../../contract/sql-server.ts";
import { mapBinding } from "./bindings.ts";
import { CONNECT, optionsOf, REQUEST } from "./connection.ts";
import { driver } from "./driver.ts";
import { isConflict } from "./faults.ts";

/** Tries of what had to give way to another transaction. */
const TRIES = 5;

/** A value as rows hold it elsewhere: numbers are safe integers here, times are what the contract writes. */
function plain(value: unknown, type: string): unknown {
  if (value instanceof Date) return value.toISOString();
  return type.startsWith("BigInt") || (type.startsWith("Int") && typeof value === "string") ? integer(value) : value;
}

/** @throws Error where a number would not be the one that is stored */
function integer(text: unknown): number | null {
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${text} is no integer of ours`);
  return value;
}

/** knex's client where it has to be otherwise. */
class PlainClient extends Client {
  override _driver(): unknown {
    return driver;
  }

  /** What is sent outside a transaction of knex's is one by itself: where it had to give way it is sent again. */
  override async _query(connection: Connection, query: unknown): Promise<unknown> {
    const alone = !connection.inTransaction;
    for (let tries = 1; ; tries++) {
      try {
        return await super._query(connection, query);
      } catch (error) {
        if (!alone || !isConflict(error) || tries === TRIES) throw error;
      }
    }
  }

  /**
   * knex keeps one queue for all pools of a process, and what waits in it goes by whichever connection comes next. Here
   * nothing waits: a connection that was lost on its way from the pool says so.
   */
  override _enqueueRequest(request: Request, connection: Connection): void {
    connection.execSql(request);
  }

  /** The driver gives 64-bit integers as text. What knex asks for without a name, some servers give one. */
  override processResponse(query: Answered, runner: unknown): unknown {
    for (const cell of query?.response?.flat() ?? []) {
      cell.value = plain(cell.value, cell.metadata.type.name);
      if (query?.returning === "@@rowcount") cell.metadata.colName = "";
    }
    return super.processResponse(query, runner);
  }
}

const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** @param request milliseconds for one statement; 0: any time */
export const connect = (server: SqlServer, pool: Knex.PoolConfig, request = REQUEST): Knex =>
  knex({
    client: PlainClient,
    // Else an error of a statement would tell what was to be written by it.
    compileSqlOnError: false,
    // What fails is told to who asks; knex would print it.
    log: silent,
    connection: {
      server: server.host,
      port: server.port,
      user: server.user,
      password: server.password,
      database: server.database,
      connectionTimeout: CONNECT,
      requestTimeout: request,
      options: { ...optionsOf(server), mapBinding },
    },
    pool: { min: 0, ...pool },
  });

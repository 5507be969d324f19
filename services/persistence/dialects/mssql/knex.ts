import knex, { type Knex } from "knex";
import Client, { type Answered } from "knex/lib/dialects/mssql/index.js";
import type { SqlServer } from "../../../../contract/sql-server.ts";
import { CONNECT, optionsOf, REQUEST } from "./connection.ts";

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

/** The driver gives 64-bit integers as text. What knex asks for without a name, some servers give one. */
class PlainClient extends Client {
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
      options: { ...optionsOf(server) },
    },
    pool: { min: 0, ...pool },
  });

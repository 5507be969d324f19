import { randomUUID } from "node:crypto";
import type { Knex } from "knex";
import type { SqlServer } from "../../contract/sql-server.ts";
import { connect } from "../../services/persistence/dialects/mssql/knex.ts";
import { administer, isBabelfish, named, onMaster, sqlServerWith } from "./sql-server.ts";

/** Sessions in a database, by what they call themselves. */
export const sessionsIn = ({ database }: SqlServer): Promise<Record<string, unknown>[]> =>
  onMaster(SESSIONS, [database]);

/** Those of them that wait for a lock. */
export const waitingIn = ({ database }: SqlServer): Promise<Record<string, unknown>[]> =>
  onMaster(`${SESSIONS} and ${WAITING}`, [database]);

const SESSIONS = "select distinct spid, rtrim(program_name) as program from sys.sysprocesses where dbid = db_id(?)";
const WAITING = "(blocked > 0 and lastwaittype like 'LCK%' or lastwaittype = 'Lock')";

/** Ends all sessions in a database. */
export async function cut(server: SqlServer): Promise<void> {
  // One may have ended meanwhile.
  for (const { spid } of await sessionsIn(server)) await onMaster(`kill ${Number(spid)}`).catch(() => []);
}

/** Keeps all conversations locked while something is done. */
export async function withConversationsLocked(server: SqlServer, use: () => Promise<void>): Promise<void> {
  const free = await lockConversations(server);
  try {
    await use();
  } finally {
    await free();
  }
}

/** @returns what lets them go */
export async function lockConversations(server: SqlServer): Promise<() => Promise<void>> {
  const db = connect(server, { max: 1 }, 0);
  const held: Knex.Transaction = await db.transaction();
  await held.raw("update conversations set head_seq = head_seq");
  return async () => {
    // It may have been ended.
    await held.rollback().catch(() => undefined);
    await db.destroy();
  };
}

/** A database of several nodes, and a login that owns it and nothing else. */
export type NodesSqlServer = {
  readonly url: string;
  /** As an administrator. */
  readonly server: SqlServer;
  readonly login: string;
};

/** A database for one test to ill-treat. */
export async function withNodesSqlServer<T>(use: (database: NodesSqlServer) => Promise<T>): Promise<T> {
  const server = sqlServerWith(`wirehouse_nodes_${process.pid}`);
  const login = server.database;
  const password = `Aa1-${randomUUID()}`;
  const url = new URL(named ?? "");
  Object.assign(url, { username: login, password, pathname: `/${server.database}` });
  await onMaster(`create database ${server.database}`);
  await onMaster(`create login ${login} with password = '${password}'`);
  try {
    if (await isBabelfish()) await onMaster(`alter server role sysadmin add member ${login}`);
    else await administer(server, `create user ${login} for login ${login}; alter role db_owner add member ${login}`);
    return await use({ url: url.href, server, login });
  } finally {
    await cut(server);
    await onMaster(`drop database ${server.database}`);
    await onMaster(`drop login ${login}`);
  }
}

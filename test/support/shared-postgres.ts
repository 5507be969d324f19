import { openPostgres } from "../../services/persistence/dialects/postgres.ts";
import { administer, inServer, named, type PostgresServer, postgresOf, startPostgres } from "./postgres.ts";

/** The server that tests share: started by the first who asks, stopped after all of them. */
let shared: Promise<PostgresServer> | undefined;

after(async () => {
  if (named !== undefined) for (const name of made) await administer(named, `drop database ${name} with (force)`);
  await (await shared)?.remove();
});

/** The URL of an administrator of the server that tests share. */
export async function sharedPostgres(): Promise<string> {
  if (named !== undefined) return named;
  shared ??= startPostgres("-c max_connections=200");
  return (await shared).url;
}

/** Names of databases that were made, and of those that nobody uses. */
const made: string[] = [];
const free: string[] = [];

async function create(url: string): Promise<string> {
  const name = `wirehouse_${process.pid}_${made.length}`;
  made.push(name);
  await administer(url, `create database ${name}`);
  return name;
}

/** The URL of a database without anything in it, for one test. */
export async function withEmptyDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const url = await sharedPostgres();
  return use(inServer(url, await create(url)));
}

/** The URL of a database with our schema and no rows, for one test; another one gets it afterwards, for they are slow to make. */
export async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const url = await sharedPostgres();
  const name = free.pop() ?? (await migrated(url));
  try {
    return await use(inServer(url, name));
  } finally {
    await administer(inServer(url, name), EMPTY);
    free.push(name);
  }
}

async function migrated(url: string): Promise<string> {
  const name = await create(url);
  const dialect = await openPostgres(postgresOf(inServer(url, name)), 1, () => undefined);
  await dialect.close();
  return name;
}

/** Ends who has been left connected, and deletes all but what migrations have written. */
const EMPTY = `set session_replication_role = replica;
  do $$ declare name text; begin
    perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
    for name in select tablename from pg_tables where schemaname = 'public' and tablename not like '%migrations%' loop
      if name = 'revisions' then update revisions set value = 0; else execute format('delete from %I', name); end if;
    end loop;
  end $$`;

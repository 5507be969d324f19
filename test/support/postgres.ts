import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { databaseOf, type Postgres } from "../../contract/database.ts";
import { freePort } from "./free-port.ts";
import { type Running, run } from "./server.ts";
import { until } from "./until.ts";

/** A server that runs already, by the URL of somebody who may make databases; else one is started where there are programs for it. */
export const named = process.env.POSTGRES_URL;
const programs = [process.env.POSTGRES_BIN ?? "", ...globSync("/usr/lib/postgresql/*/bin").sort().reverse()].find(
  (folder) => existsSync(join(folder, "initdb")),
);

/** Where no PostgreSQL is. */
export const postgresIsMissing = named === undefined && programs === undefined;

/** Tests on a real PostgreSQL; where there is none a line says so, but CI must have one. */
export function describeOnPostgres(title: string, suite: () => void): void {
  if (!postgresIsMissing) describe(title, suite);
  else if (process.env.CI === undefined)
    console.log(
      `${title}: left out, for want of PostgreSQL (Debian: apt-get install postgresql), or POSTGRES_BIN, or POSTGRES_URL`,
    );
  else describe(title, () => it("finds PostgreSQL", () => Promise.reject(new Error("there is no PostgreSQL"))));
}

/** PostgreSQL refuses to be run by root. */
const isRoot = process.getuid?.() === 0;
const asAnother = isRoot ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
const AS = isRoot ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

export type PostgresServer = {
  /** The administrator's. */
  readonly url: string;
  readonly folder: string;
  /** Of its first process. */
  readonly pid: number;
  isUp(): boolean;
  start(): Promise<void>;
  /** SIGINT ends all connections, SIGQUIT all processes without a checkpoint; SIGKILL the first process alone. */
  stop(signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

/** A server on any free port of the loopback. @param folder an empty one, for its files; a new one without it */
export async function startPostgres(options = "", folder = mkdtempSync(join(tmpdir(), "wirehouse-pg-"))) {
  if (programs === undefined) throw new Error("there is no PostgreSQL to start");
  if (isRoot) execFileSync("chown", ["postgres", folder]);
  const initdb = [join(programs, "initdb"), "-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"];
  const [program = "", ...args] = [...(isRoot ? ["setpriv", ...AS] : []), ...initdb, "--locale=C", "--no-sync"];
  execFileSync(program, [...args, "--wal-segsize=4"], { stdio: "pipe", cwd: "/" });
  const port = await freePort();
  let server: Running | undefined;
  const launch = async () => {
    const started = run(
      `exec ${asAnother}${join(programs, "postgres")} -D ${join(folder, "data")} -p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' ${options}`,
    );
    void started.ended.then(() => {
      if (server === started) server = undefined;
    });
    await started.wrote("ready to accept connections");
    server = started;
  };
  const made: PostgresServer = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    folder,
    get pid() {
      return server?.pid ?? Number.NaN;
    },
    isUp: () => server !== undefined,
    // Processes of a server that was killed may hold its memory a moment longer.
    start: () =>
      until(
        () =>
          launch().then(
            () => true,
            () => false,
          ),
        "PostgreSQL to start",
      ).then(() => {}),
    async stop(signal) {
      const stopping = server;
      if (!stopping) return;
      process.kill(stopping.pid, signal);
      await stopping.ended;
    },
    async remove() {
      await made.stop("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await made.start();
  return made;
}

/** A database of its own server, as several nodes share one. */
export type NodesDatabase = {
  readonly server: PostgresServer;
  /** As whom nodes log in: the owner of the database, and nobody's administrator. */
  readonly url: string;
  /** The administrator's. */
  readonly admin: string;
  /** Of its own, so that it can be filled; only root may make one. */
  readonly disk: Disk | undefined;
};

export type Disk = {
  /** Leaves no room. */
  fill(): void;
  free(): void;
};

/** A disk in memory. */
function mounted(folder: string): Disk | undefined {
  const mount = (...options: string[]) => spawnSync("mount", [...options, "tmpfs", folder]).status === 0;
  if (!mount("-t", "tmpfs", "-o", "size=4g")) return undefined;
  return {
    fill() {
      const { blocks, bfree, bsize } = statfsSync(folder);
      mount("-o", `remount,size=${(blocks - bfree) * bsize}`);
    },
    free: () => void mount("-o", "remount,size=4g"),
  };
}

/** A server for one test to ill-treat. */
export async function withPostgres<T>(use: (database: NodesDatabase) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "wirehouse-pg-"));
  const disk = mounted(folder);
  try {
    const server = await startPostgres("-c max_connections=60", folder);
    try {
      const admin = inServer(server.url, "wirehouse");
      await administer(server.url, "create role wirehouse login", "create database wirehouse owner wirehouse");
      return await use({ server, url: inServer(admin, "wirehouse", "wirehouse"), admin, disk });
    } finally {
      await server.stop("SIGQUIT");
    }
  } finally {
    if (disk) execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs statements as the administrator of a server. */
export async function administer(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

/** The URL of a database in a server. */
export function inServer(url: string, database: string, user?: string, password?: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  if (user !== undefined) other.username = user;
  if (password !== undefined) other.password = password;
  return other.href;
}

/** @throws Error where it is no URL of PostgreSQL */
export function postgresOf(url: string): Postgres {
  const database = databaseOf(url);
  if (database?.kind !== "postgres") throw new Error(`${url} is no PostgreSQL`);
  return database;
}

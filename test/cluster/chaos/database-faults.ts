import pg from "pg";
import type { ClusterNode } from "../../support/cluster.ts";
import { administer, type Disk, type NodesDatabase, type PostgresServer, postgresOf } from "../../support/postgres.ts";
import { until } from "../../support/until.ts";
import type { Fault } from "./faults.ts";

/** Nobody but a superuser, as whom no node logs in. */
const NODES = "select pid, application_name from pg_stat_activity where usename = 'wirehouse'";

/** What befalls a database server that several nodes share. While it is gone nobody can recover. */
export const databaseFaults = (database: NodesDatabase): readonly Fault[] => [
  restart("shut the database down", database, "SIGINT"),
  restart("crash the database", database, "SIGQUIT"),
  restart("kill -9 the database", database, "SIGKILL"),
  pause(database),
  {
    name: "cut the database's connections",
    async inflict() {
      await cut(database);
      return { what: "cut the database's connections", spared: true, mend: async () => {} };
    },
  },
  {
    name: "refuse the database's connections",
    async inflict() {
      await administer(database.admin, "alter role wirehouse connection limit 0");
      await cut(database);
      return {
        what: "refuse the database's connections",
        spared: false,
        mend: async () => void (await administer(database.admin, "alter role wirehouse connection limit -1")),
      };
    },
  },
  crowd(database),
  ...(database.disk ? [fill(database.server, database.disk)] : []),
  killedInCommit(database),
];

const cut = (database: NodesDatabase) =>
  administer(database.admin, `select pg_terminate_backend(pid) from (${NODES}) as nodes`);

const restart = (name: string, { server }: NodesDatabase, signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): Fault => ({
  name,
  async inflict() {
    await server.stop(signal);
    return { what: name, spared: false, mend: () => server.start() };
  },
});

/** All of its processes stand still: connections are there, and silent. */
const pause = (database: NodesDatabase): Fault => ({
  name: "pause the database",
  async inflict() {
    const others = await administer(database.admin, "select pid from pg_stat_activity where pid <> pg_backend_pid()");
    const pids = [...others.map(({ pid }) => Number(pid)), database.server.pid];
    const tell = (signal: "SIGSTOP" | "SIGCONT") => {
      for (const pid of pids) {
        try {
          process.kill(pid, signal);
        } catch {
          // It has just ended.
        }
      }
    };
    tell("SIGSTOP");
    return { what: "pause the database", spared: false, mend: async () => tell("SIGCONT") };
  },
});

/** Others take all connections that there are. */
const crowd = (database: NodesDatabase): Fault => ({
  name: "max_connections",
  async inflict() {
    const others: pg.Client[] = [];
    const take = async () => {
      for (;;) {
        const client = new pg.Client({ connectionString: database.url });
        client.on("error", () => {});
        if (
          !(await client.connect().then(
            () => true,
            () => false,
          ))
        )
          return;
        others.push(client);
      }
    };
    await take();
    const { user, database: name } = postgresOf(database.url);
    const mine = new Set<unknown>();
    for (const client of others) mine.add((await client.query("select pg_backend_pid() as pid")).rows[0]?.pid);
    for (const { pid } of await administer(database.admin, NODES))
      if (!mine.has(pid)) await administer(database.admin, `select pg_terminate_backend(${Number(pid)})`);
    await take();
    return {
      what: `max_connections: ${others.length} others of ${user} in ${name}`,
      spared: false,
      mend: async () => void (await Promise.all(others.map((client) => client.end()))),
    };
  },
});

/** The server can't even start while there is no room. */
const fill = (server: PostgresServer, disk: Disk): Fault => ({
  name: "fill the database's disk",
  async inflict() {
    disk.fill();
    return {
      what: "fill the database's disk",
      spared: false,
      async mend() {
        disk.free();
        // As whatever keeps it running does.
        if (!server.isUp()) await server.start();
      },
    };
  },
});

/** A persistence node dies while the server still works at its commit: the first one that waits for it. */
const killedInCommit = (database: NodesDatabase): Fault => ({
  name: "kill -9 in a commit",
  async inflict(cluster) {
    const holder = new pg.Client({ connectionString: database.admin });
    await holder.connect();
    try {
      await holder.query("begin");
      await holder.query("lock table conversations in exclusive mode");
      const waiting = async () => (await administer(database.admin, `${NODES} and wait_event_type = 'Lock'`))[0];
      const first = await until(waiting, "a commit to wait");
      const isItself = ({ pid }: ClusterNode) => String(first?.application_name).endsWith(`-${pid}`);
      const node = cluster.running("persistence").find(isItself);
      if (!node) throw new Error("nobody's commit waits");
      await node.kill();
      await holder.query("rollback");
      return { what: `kill -9 ${node.name} in a commit`, spared: true, mend: () => node.start() };
    } finally {
      await holder.end();
    }
  },
});

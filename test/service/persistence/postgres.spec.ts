import { expect } from "chai";
import pg from "pg";
import { typeOf } from "../../../contract/errors.ts";
import { connectionOptions } from "../../../services/persistence/dialects/postgres/connection.ts";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { administer, describeOnPostgres, inServer, postgresOf } from "../../support/postgres.ts";
import { sharedPostgres, withDatabase, withEmptyDatabase } from "../../support/shared-postgres.ts";
import { until } from "../../support/until.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { severalNodes } from "./several-nodes.ts";
import { stored } from "./with-store.ts";

const [ana = ""] = people(1);

const opened = (url: string, warn: (text: string) => void = () => undefined) =>
  openStore({ database: postgresOf(url), pool: 4 }, warn);

const sentence = (url: string) => opened(url).then(() => "opened", String);

/** Several nodes' stores on one database. */
const withStores = (count: number, use: (stores: Store[], url: string) => Promise<void>): Promise<void> =>
  withDatabase(async (url) => {
    const stores = await Promise.all(Array.from({ length: count }, () => opened(url)));
    try {
      await use(stores, url);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  });

/** A connection of another node, as ours are. */
async function withConnection(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(connectionOptions(postgresOf(url)));
  client.on("error", () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

const connected = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
const cut = (url: string) => administer(url, `select pg_terminate_backend(pid) from (${connected}) as others`);
const waiting = (url: string) => administer(url, `${connected} and wait_event_type = 'Lock'`);

describeOnPostgres("a start on PostgreSQL", () => {
  it("of several nodes at once makes the schema once, also where one was killed while it did", () =>
    withEmptyDatabase(async (url) => {
      await administer(url, "create table migrations_lock (index serial primary key, is_locked integer)");
      await administer(url, "insert into migrations_lock (is_locked) values (1)");
      const stores = await Promise.all(Array.from({ length: 4 }, () => opened(url)));
      for (const store of stores) {
        expect(await revision(store.reader)).to.equal(0);
        await store.close();
      }
      const [made] = await administer(url, "select count(*) as times from migrations where name = '0002-log'");
      expect(made).to.deep.equal({ times: "1" });
    }));

  it("refuses a server that would lose what it acknowledged (G1), and a newer schema, each in a sentence", () =>
    withEmptyDatabase(async (url) => {
      const { database } = postgresOf(url);
      await (await opened(url)).close();
      await administer(url, `alter database ${database} set synchronous_commit = off`);
      expect(await sentence(url)).to.equal(
        "CannotStart: The database would lose what it has acknowledged (G1): synchronous_commit is off; set it to on for this role and database",
      );
      await administer(url, `alter database ${database} reset synchronous_commit`);
      await administer(url, "insert into migrations (name, batch) values ('9999-later', 9)");
      expect(await sentence(url)).to.match(/^CannotStart: The database has a newer schema \(9999-later\) [^\n]+$/);
    }));

  it("says in a sentence what only a person can mend, and keeps the password to itself", async () => {
    const url = await sharedPostgres();
    const nowhere = inServer(url, "no_such_database", undefined, "hunter2");
    const said = await sentence(nowhere);
    expect(said).to.match(/^CannotStart: The database no_such_database at [^ ]+ can't be used: [^\n]+$/);
    expect(said).not.to.include("hunter2");
  });
});

describeOnPostgres("several nodes on one PostgreSQL", () => severalNodes(withStores));

describeOnPostgres("a PostgreSQL that fails", () => {
  it("G3 whose connection is cut in a commit leaves the outcome unknown; tried again it is done once", () =>
    withStores(1, async ([store], url) => {
      if (!store) throw new Error("one store");
      const log = new Log();
      await stored(store, [log.create(ana)]);
      const message = log.message(ana);
      await withConnection(url, async (other) => {
        await other.query("begin");
        await other.query("select 1 from conversations for update");
        const outcome = store.append(message).catch(typeOf);
        await until(async () => (await waiting(url)).length > 0, "the commit to wait");
        await cut(url);
        expect(await outcome).to.equal("unavailable");
      });
      await until(async () => (await store.append(message).catch(() => undefined)) !== undefined, "the database");
      expect(await store.append(message)).to.deep.equal({ outcome: "stale" });
      expect(await verify(store.reader, { conversationId: log.id }, ana)).to.include({ ok: true, entries: 3 });
    }));

  it("G7 a paused node in the middle of a transaction holds nobody up: the server ends it", () =>
    withStores(1, async ([store], url) => {
      if (!store) throw new Error("one store");
      const log = new Log();
      await stored(store, [log.create(ana)]);
      await withConnection(url, async (paused) => {
        await paused.query("begin");
        await paused.query("select 1 from conversations for update");
        expect(await store.append(log.message(ana))).to.deep.equal({ outcome: "appended" });
      });
    })).timeout(20_000);

  it("whose schema a newer node changes meanwhile: what was prepared for the old one is prepared anew", () =>
    withEmptyDatabase(async (url) => {
      const store = await opened(url);
      try {
        const log = new Log();
        await stored(store, [log.create(ana)]);
        await administer(url, "alter table entries add column later text");
        const message = log.message(ana);
        await until(async () => (await store.append(message).catch(() => undefined)) !== undefined, "the commit");
        expect(await store.append(message)).to.deep.equal({ outcome: "stale" });
      } finally {
        await store.close();
      }
    }));

  it("refuses reads and writes as unavailable while it takes no connections, and they go on by themselves", () =>
    withStores(1, async ([store], url) => {
      if (!store) throw new Error("one store");
      const log = new Log();
      await stored(store, [log.create(ana)]);
      const { database } = postgresOf(url);
      const elsewhere = inServer(url, "postgres");
      await administer(elsewhere, `alter database ${database} allow_connections false`);
      await administer(
        elsewhere,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
      );
      const read = () => revision(store.reader).then(String, (error) => (store.isFailure(error) ? "failure" : error));
      await until(async () => (await read()) === "failure", "reads to fail");
      const message = log.message(ana);
      expect(await store.append(message).catch(typeOf)).to.equal("unavailable");
      await administer(elsewhere, `alter database ${database} allow_connections true`);
      await until(async () => (await store.append(message).catch(() => undefined)) !== undefined, "the database");
      await until(async () => (await read()) === "0", "reads");
    }));
});

import { expect } from "chai";
import { typeOf } from "../../../contract/errors.ts";
import type { SqlServer } from "../../../contract/sql-server.ts";
import { isFailure } from "../../../services/persistence/dialects/mssql/faults.ts";
import { connect } from "../../../services/persistence/dialects/mssql/knex.ts";
import { onSqlServerSchema } from "../../../services/persistence/dialects/mssql.ts";
import { addPrincipal } from "../../../services/persistence/directory/principals.ts";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { migrate } from "../../../services/persistence/migrate.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { emptySqlServer, withSqlServer } from "../../support/shared-sql-server.ts";
import {
  administer,
  describeOnSqlServer,
  isBabelfish,
  notOnBabelfish,
  onMaster,
  sqlServerOf,
  sqlServerWith,
} from "../../support/sql-server.ts";
import { cut, waitingIn, withConversationsLocked, withNodesSqlServer } from "../../support/sql-server-nodes.ts";
import { until } from "../../support/until.ts";
import { page } from "../../unit/docs/pages.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { severalNodes } from "./several-nodes.ts";
import { stored } from "./with-store.ts";

const [ana = ""] = people(1);

const opened = (database: SqlServer) => openStore({ database, pool: 4 }, () => undefined);
const sentence = (server: SqlServer) => opened(server).then(() => "opened", String);

/** Several nodes' stores on one database. */
const withStores = (count: number, use: (stores: Store[], server: SqlServer) => Promise<void>): Promise<void> =>
  withSqlServer(async (server) => {
    const stores = await Promise.all(Array.from({ length: count }, () => opened(server)));
    try {
      // A server that has not seen these texts yet takes its time, and others would wait for it longer than they may.
      for (const store of stores) await stored(store, [new Log().create(ana)]);
      await use(stores, server);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  });

/** A log with its first entries, in a store. */
async function begun(store: Store | undefined) {
  if (!store) throw new Error("one store");
  const log = new Log();
  await stored(store, [log.create(ana)]);
  return { store, log };
}

describeOnSqlServer("a start on SQL Server", () => {
  it("of several nodes at once makes the schema once, also where one was killed while it did", async () => {
    const server = await emptySqlServer();
    await administer(server, "create table migrations_lock ([index] int identity primary key, is_locked int)");
    await administer(server, "insert into migrations_lock (is_locked) values (1)");
    const stores = await Promise.all(Array.from({ length: 4 }, () => opened(server)));
    for (const store of stores) {
      expect(await revision(store.reader)).to.equal(0);
      await store.close();
    }
    const [made] = await administer(server, "select count(*) as times from migrations where name = '0002-log'");
    expect(made).to.deep.equal({ times: 1 });
    await administer(server, "insert into migrations (name, batch) values ('9999-later', 9)");
    expect(await sentence(server)).to.match(/^CannotStart: The database has a newer schema \(9999-later\) [^\n]+$/);
  });

  it("G1 refuses a database that makes all commits late, in a sentence", async function () {
    await notOnBabelfish(this, "DELAYED_DURABILITY");
    const server = await emptySqlServer();
    await administer(server, `alter database ${server.database} set delayed_durability = forced`);
    expect(await sentence(server)).to.equal(
      "CannotStart: The database would lose what it has acknowledged (G1): DELAYED_DURABILITY is FORCED; set it to DISABLED or ALLOWED",
    );
  });

  it("says in a sentence what only a person can mend, and keeps the password to itself", async () => {
    const said = await sentence({ ...sqlServerWith("no_such_database"), password: "hunter2" });
    expect(said).to.match(/^CannotStart: The database no_such_database at [^ ]+ can't be used: [^\n]+$/);
    expect(said).not.to.include("hunter2");
  });
});

describeOnSqlServer("the logins of docs/sql-server.md on SQL Server", () => {
  it("suffice: one migrates, and with the other, which may not, nodes write and read", async function () {
    await notOnBabelfish(this, "roles like db_datawriter");
    const { database } = await emptySqlServer();
    const [once = "", afterwards = ""] = [...page("docs/sql-server.md").matchAll(/```sql\n(.*?)```/gs)].map(
      ([, script = ""]) => script.replaceAll("wirehouse", database),
    );
    const [before = "", inside = ""] = once.replace(/^create database .*$/m, "").split(/^go$/m);
    await onMaster(before);
    await administer(sqlServerWith(database), inside);
    const [owner = "", user = ""] = [...before.matchAll(/password = '([^']+)'/g)].map(([, password]) => password);
    const server = { ...sqlServerWith(database), user: database, password: user };
    expect(await sentence(server)).to.match(/^CannotStart: The schema of \w+ is older than this program, and /);
    await onSqlServerSchema({ ...server, user: `${database}_owner`, password: owner }, migrate);
    await administer(sqlServerWith(database), afterwards);
    const store = await opened(server);
    try {
      const { log } = await begun(store);
      expect(await store.append(log.message(ana))).to.deep.equal({ outcome: "appended" });
      expect(await verify(store.reader, { conversationId: log.id }, ana)).to.include({ ok: true });
      const principal = { id: ana, handle: "ana", name: "Ana", kind: "person" as const, role: "user" as const };
      expect(await addPrincipal(store, { ...principal, disabled: false })).to.deep.equal({ revision: 1 });
      const change = store.reader("entries").where("seq", 1).update({ type: "message" });
      expect(await store.write([{ query: change }]).catch(String)).to.include("permission");
    } finally {
      await store.close();
    }
  });
});

/** @param versions whether READ COMMITTED reads versions of rows, or waits for who writes them */
const onVersions =
  (versions: "on" | "off"): typeof withStores =>
  async (count, use) => {
    await withSqlServer(async ({ database }) => {
      const set = `alter database ${database} set read_committed_snapshot ${versions} with rollback immediate`;
      if (!(await isBabelfish())) await onMaster(set);
    });
    return withStores(count, use);
  };

describeOnSqlServer("several nodes on one SQL Server", () => severalNodes(onVersions("on")));

describeOnSqlServer("several nodes on one SQL Server that keeps no versions of rows", () => {
  before(async function () {
    await notOnBabelfish(this, "READ_COMMITTED_SNAPSHOT to turn off");
  });

  severalNodes(onVersions("off"));
});

describeOnSqlServer("a SQL Server that fails", () => {
  it("G3 whose connection is cut in a commit leaves the outcome unknown; tried again it is done once", () =>
    withStores(1, async ([only], server) => {
      const { store, log } = await begun(only);
      const message = log.message(ana);
      await withConversationsLocked(server, async () => {
        const outcome = store.append(message).catch(typeOf);
        await until(async () => (await waitingIn(server)).length > 0, "the commit to wait");
        await cut(server);
        expect(await outcome).to.equal("unavailable");
      });
      await until(async () => (await store.append(message).catch(() => undefined)) !== undefined, "the database");
      expect(await store.append(message)).to.deep.equal({ outcome: "stale" });
      expect(await verify(store.reader, { conversationId: log.id }, ana)).to.include({ ok: true, entries: 3 });
    }));

  it("a lock that is not to be had is unavailable after four seconds, and leaves nothing open", () =>
    withStores(1, async ([only], server) => {
      const { store, log } = await begun(only);
      const message = log.message(ana);
      await withConversationsLocked(server, async () => {
        expect(await store.append(message).catch(typeOf)).to.equal("unavailable");
        // It was there to be read meanwhile, or comes as soon as it is free.
        expect(await waitingIn(server)).to.deep.equal([]);
      });
      expect(await store.append(message)).to.deep.equal({ outcome: "appended" });
    }));

  it("what is late is called off by an attention, by which its transaction is rolled back, and its connection goes on", async function () {
    await notOnBabelfish(this, "answer to an attention while it waits for a lock");
    await withStores(1, async ([only], server) => {
      const { store, log } = await begun(only);
      const db = connect(server, { max: 1 }, 500);
      try {
        const session = async () => (await db.raw("select @@spid as spid, @@trancount as depth"))[0];
        const before = await session();
        await withConversationsLocked(server, async () => {
          const late = `set xact_abort on; set lock_timeout -1; begin transaction;
            update revisions set value = value + 1; update conversations set head_seq = 7; commit transaction;`;
          expect(await db.raw(late).catch(isFailure)).to.equal(true);
          expect(await revision(store.reader)).to.equal(0);
        });
        expect(await session()).to.deep.equal({ ...before, depth: 0 });
        expect(await store.append(log.message(ana))).to.deep.equal({ outcome: "appended" });
      } finally {
        await db.destroy();
      }
    });
  });

  it("refuses reads and writes as unavailable while it takes no connections, and they go on by themselves", () =>
    withNodesSqlServer(async ({ url, server, login }) => {
      const store = await opened(sqlServerOf(url));
      try {
        const { log } = await begun(store);
        await onMaster(`alter login ${login} disable`);
        await cut(server);
        const read = () => revision(store.reader).then(String, (error) => (store.isFailure(error) ? "failure" : error));
        await until(async () => (await read()) === "failure", "reads to fail");
        const message = log.message(ana);
        expect(await store.append(message).catch(typeOf)).to.equal("unavailable");
        await onMaster(`alter login ${login} enable`);
        await until(async () => (await store.append(message).catch(() => undefined)) !== undefined, "the database");
        await until(async () => (await read()) === "0", "reads");
      } finally {
        await store.close();
      }
    }));
});

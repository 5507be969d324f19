import type { Database } from "../../../contract/database.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { type OfDatabase, onSqlite } from "../../support/on-sqlite.ts";
import { describeOnPostgres, postgresOf } from "../../support/postgres.ts";
import { withDatabase } from "../../support/shared-postgres.ts";
import { withSqlServer } from "../../support/shared-sql-server.ts";
import { describeOnSqlServer } from "../../support/sql-server.ts";
import { withFolder } from "../../support/with-broker.ts";

/** A database of its own for one test. */
export type WithDatabase = <T>(use: (config: OfDatabase) => Promise<T>) => Promise<T>;
/** The same, open. */
type WithStore = <T>(use: (store: Store, config: OfDatabase) => Promise<T>) => Promise<T>;

const onFile: WithDatabase = (use) => withFolder((folder) => use(onSqlite(folder)));
const onServer: WithDatabase = (use) => withDatabase((url) => use({ database: postgresOf(url), pool: 4 }));

const onSqlServer: WithDatabase = (use) => withSqlServer((database) => use({ database, pool: 4 }));

/** The contract of persistence, over each database: one suite for all of them. */
export function describeStore(title: string, suite: Suite): void {
  describe(`${title} (SQLite)`, () => suite(opened(onFile), onFile, "sqlite"));
  describeOnPostgres(`${title} (PostgreSQL)`, () => suite(opened(onServer), onServer, "postgres"));
  describeOnSqlServer(`${title} (SQL Server)`, () => suite(opened(onSqlServer), onSqlServer, "mssql"));
}

type Suite = (withStore: WithStore, withDatabase: WithDatabase, kind: Database["kind"]) => void;

const opened =
  (withDatabase: WithDatabase): WithStore =>
  (use) =>
    withDatabase(async (config) => {
      const store = await openStore(config, () => undefined);
      try {
        return await use(store, config);
      } finally {
        await store.close();
      }
    });

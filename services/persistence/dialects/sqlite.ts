import { dirname } from "node:path";
import knex, { type Knex } from "knex";
import { CannotStart } from "../../../contract/errors.ts";
import { lockFolder } from "../../../mixins/folder-lock.ts";
import { migrate } from "../migrate.ts";
import type { Dialect, SchemaDialect, SchemaWork, Statement, Written } from "./dialect.ts";
import { openWriter } from "./sqlite/connection.ts";
import { cursorMove } from "./sqlite/cursors.ts";
import { faultOfDisk } from "./sqlite/faults.ts";
import { setStatistics } from "./sqlite/statistics.ts";
import { WriterThread } from "./sqlite/thread.ts";
import type { Sql } from "./sqlite/writer.ts";

/**
 * SQLite in a file: one thread writes, the main thread reads on a connection of its own (WAL: neither waits for the
 * other). Migrates first.
 * @throws CannotStart when another process has the file's folder, its schema is newer or it cannot be used.
 */
export async function openSqlite(path: string): Promise<Dialect> {
  const folder = dirname(path);
  const lock = lockFolder(folder, "wirehouse.lock");
  const writer = new WriterThread(path);
  const reader = openReader(path);
  const close = async () => {
    // The writer goes last: who closes a database last copies its write-ahead log, which the main thread must not.
    await reader.destroy();
    await writer.close();
    lock.release();
  };
  try {
    await migrateFile(path);
    await writer.open();
  } catch (error) {
    await close();
    if (error instanceof CannotStart) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`The data folder ${folder} cannot be used: ${reason}`);
  }
  return {
    reader,
    commit: (batch) => writer.commit(batch),
    write: (statements): Promise<Written> => writer.write(statements.map(native)),
    async moveCursors(moves) {
      await writer.write(moves.map((move) => native({ query: cursorMove(reader, move) })));
    },
    isFailure: (error) => faultOfDisk(error) !== undefined,
    close,
  };
}

function openReader(path: string): Knex {
  return connect(path, ["query_only = on"]);
}

async function migrateFile(path: string): Promise<void> {
  await withSchema(path, async (db) => {
    await migrate(db, schema);
    await setStatistics(db);
  });
}

async function withSchema<T>(path: string, work: SchemaWork<T>): Promise<T> {
  openWriter(path).close();
  const db = connect(path, ["synchronous = full", "foreign_keys = on"]);
  try {
    return await work(db, schema);
  } finally {
    await db.destroy();
  }
}

/** Works on the schema of a file that no process has. @throws CannotStart when one has */
export async function onSqliteSchema<T>(path: string, work: SchemaWork<T>): Promise<T> {
  const lock = lockFolder(dirname(path), "wirehouse.lock");
  try {
    return await withSchema(path, work);
  } finally {
    lock.release();
  }
}

function connect(path: string, pragmas: string[]): Knex {
  return knex({
    client: "better-sqlite3",
    connection: { filename: path },
    useNullAsDefault: true,
    // Else an error of a statement would tell what was to be written by it.
    compileSqlOnError: false,
    pool: {
      min: 1,
      max: 1,
      afterCreate(db: { pragma(text: string): unknown }, done: (error: unknown, db: unknown) => void) {
        for (const pragma of pragmas) db.pragma(pragma);
        done(null, db);
      },
    },
  });
}

function native({ query, required = false }: Statement): Sql {
  const { sql, bindings } = query.toSQL().toNative();
  return { sql, bindings: bindings.map(plain), required };
}

/** SQLite has no booleans. */
const plain = (value: unknown): Sql["bindings"][number] => {
  if (typeof value === "string" || typeof value === "number" || value instanceof Uint8Array) return value;
  return typeof value === "boolean" ? Number(value) : null;
};

/** Text compares by its bytes (BINARY is the default collation). */
const schema: SchemaDialect = {
  types: { time: "text", hash: "blob", key: () => "text", text: "text" },
  referenced: true,
  async createClustered(db, table, columns) {
    const [create, ...rest] = db.schema.createTable(table, columns).toSQL();
    if (!create) throw new Error(`no table ${table}`);
    await db.raw(`${create.sql} without rowid`);
    for (const { sql } of rest) await db.raw(sql);
  },
  async createCommit() {},
  async dropCommit() {},
};

import Database from "better-sqlite3";

/** Raised when tables or terms change: an index of another version is built anew. */
const VERSION = 1;
/** Milliseconds to wait for the other connection's lock. */
const BUSY_TIMEOUT = 5_000;
/** Pages of the write-ahead log (4 KiB each) after which they are copied into the database. */
const CHECKPOINT_PAGES = 4_000;
/** KiB of pages in memory. */
const CACHE = 32 * 1024;

/** The index is none, or not of this version: it has to be built anew. */
export class Damaged extends Error {}

/** What is wrong with the file itself, not with the disk or the question. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Damaged || (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code));

/**
 * Opens an index; makes one where there is none and there may be none. It needs no sync: what a crash takes from its end
 * is read from the log again, for the cursors go with it.
 * @throws Damaged or an error of SQLite
 */
export function openIndex(path: string, mayMake: boolean): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT });
  try {
    db.pragma("journal_mode = wal");
    db.pragma("synchronous = normal");
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma(`cache_size = ${-CACHE}`);
    const version = db.pragma("user_version", { simple: true });
    const isEmpty = db.prepare("select count(*) from sqlite_schema").pluck().get() === 0;
    if (isEmpty && !mayMake) throw new Damaged("it was taken away");
    if (isEmpty) create(db);
    else if (version !== VERSION) throw new Damaged(`it is of version ${version}, and ${VERSION} is needed`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * A message's id is its time and a number among those of the same millisecond, so that ids sort as times do. Its terms
 * come folded, cut and divided by spaces: `ascii` divides them there alone.
 */
const create = (db: Database.Database): unknown =>
  db
    .transaction(() => {
      db.exec(`
      create table names (number integer primary key, id text not null unique);
      create table cursors (conversation integer primary key, seq integer not null);
      create table messages (id integer primary key, conversation integer not null, seq integer not null,
        version integer not null, terms text not null, tags text not null);
      create unique index messages_key on messages (conversation, seq);
      create virtual table words using fts5 (terms, tags, content = 'messages', content_rowid = 'id',
        tokenize = 'ascii', columnsize = 0);
    `);
      db.pragma(`user_version = ${VERSION}`);
    })
    .immediate();

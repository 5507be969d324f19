import Database from "better-sqlite3";

/** Milliseconds to wait for another connection's lock: readers never hold one, a recovery may. */
const BUSY_TIMEOUT = 5_000;
/** Pages of the write-ahead log (4 KiB each) after which a commit copies them into the database. */
const CHECKPOINT_PAGES = 4_000;
/** KiB of pages in memory: the places where busy conversations grow are scattered over their indexes. */
const CACHE = 32 * 1024;

/**
 * Opens the only connection that writes. Commits must be on the disk when they return (G1): a new connection to a WAL
 * file syncs only at checkpoints (`synchronous` NORMAL), so FULL is set and read back.
 * @throws Error when the database does not take the settings that durability needs.
 */
export function openWriter(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT });
  try {
    set(db, "journal_mode", "wal", "wal");
    set(db, "synchronous", "full", 2);
    set(db, "foreign_keys", "on", 1);
    // On macOS fsync leaves data in the drive's cache; elsewhere this changes nothing.
    set(db, "fullfsync", "on", 1);
    set(db, "wal_autocheckpoint", String(CHECKPOINT_PAGES), CHECKPOINT_PAGES);
    set(db, "cache_size", String(-CACHE), -CACHE);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function set(db: Database.Database, pragma: string, value: string, expected: unknown): void {
  db.pragma(`${pragma} = ${value}`);
  const found = db.pragma(pragma, { simple: true });
  if (found !== expected) throw new Error(`SQLite kept ${pragma} at ${found}: acknowledged messages would not be safe`);
}

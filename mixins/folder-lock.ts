import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { CannotStart } from "../contract/errors.ts";

/** Held until released, or until the process ends in whatever way: the lock is the system's. */
export type FolderLock = { release(): void };

/**
 * Makes sure that no other process uses the folder for the same: an exclusive transaction on a file of its own, since
 * `locking_mode=EXCLUSIVE` on the database would lock out our own readers too. Makes the folder where there is none.
 * @param file what stands for the use
 * @throws CannotStart, one sentence that names the folder.
 */
export function lockFolder(folder: string, file: string): FolderLock {
  try {
    makeFolder(folder);
    const db = new Database(join(folder, file), { timeout: 0 });
    try {
      db.exec("begin exclusive");
    } catch (error) {
      db.close();
      throw error;
    }
    return { release: () => db.close() };
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
      throw new CannotStart(`The data folder ${folder} is in use by another process: stop it, or set WIREHOUSE_DATA`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`The data folder ${folder} cannot be used: ${reason}`);
  }
}

/** Step by step: below /proc, where no folder can be made, Node's own `recursive` never ends (Node 26). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

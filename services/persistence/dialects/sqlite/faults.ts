import Database from "better-sqlite3";

/** Faults of a statement: its transaction was rolled back, and connection and disk are sound. */
const OF_STATEMENT = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)/;

/** What is wrong where the database itself fails, so that neither a connection nor an outcome can be relied on. */
export const faultOfDisk = (error: unknown): string | undefined =>
  error instanceof Database.SqliteError && !OF_STATEMENT.test(error.code)
    ? `${error.code}: ${error.message}`
    : undefined;

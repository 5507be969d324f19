import Database from "better-sqlite3";
import type { Append, Appended } from "../../../../contract/append.ts";
import { refuse } from "../../../../contract/errors.ts";
import type { Value, Written } from "../dialect.ts";
import { prepareCommit } from "./commit.ts";
import { openWriter } from "./connection.ts";

export type Sql = { sql: string; bindings: readonly (Value | Uint8Array)[]; required: boolean };

type Connection = {
  db: Database.Database;
  commit(batch: readonly Append[]): Appended[];
  prepared: Map<string, Database.Statement<unknown[], Record<string, Value>>>;
};

/**
 * The database's only writer. After an I/O error it is unknown what the disk holds, so the connection is dropped, and
 * opened anew by the next that writes: it recovers by itself when the disk does.
 */
export class Writer {
  readonly #path: string;
  #connection: Connection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws `unavailable` when the outcome is unknown; any other error means that nothing was written. */
  commit(batch: readonly Append[]): Appended[] {
    return this.#use(({ commit }) => commit(batch));
  }

  /** @throws as `commit` does. */
  write(statements: readonly Sql[]): Written {
    return this.#use(({ db, prepared }) => {
      try {
        return {
          rows: db.transaction(() => statements.map((one, index) => run(db, prepared, one, index))).immediate(),
        };
      } catch (error) {
        if (error instanceof Undone) return { undoneBy: error.statement };
        throw error;
      }
    });
  }

  /** Opens the connection where it is not open, so that what is wrong with it shows at once. */
  open(): void {
    this.#use(() => undefined);
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.db.close();
  }

  #use<T>(work: (connection: Connection) => T): T {
    try {
      this.#connection ??= connect(this.#path);
      return work(this.#connection);
    } catch (error) {
      if (!(error instanceof Database.SqliteError) || RULED_OUT.test(error.code)) throw error;
      this.#drop();
      throw refuse("unavailable", `The database does not write (${error.code}); what was under way may be stored`);
    }
  }

  #drop(): void {
    try {
      this.close();
    } catch {
      // Closing a connection whose disk fails may fail as well; it is not used again either way.
    }
  }
}

/** Faults of a statement, not of the disk: the transaction was rolled back and the connection is sound. */
const RULED_OUT = /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)/;

function connect(path: string): Connection {
  const db = openWriter(path);
  return { db, commit: prepareCommit(db), prepared: new Map() };
}

/** Rolls a transaction back because of one statement. */
class Undone extends Error {
  readonly statement: number;
  constructor(statement: number) {
    super(`statement ${statement} undid its transaction`);
    this.statement = statement;
  }
}

function run(
  db: Database.Database,
  prepared: Connection["prepared"],
  { sql, bindings, required }: Sql,
  index: number,
): Record<string, Value>[] {
  const statement = prepared.get(sql) ?? db.prepare<unknown[], Record<string, Value>>(sql);
  prepared.set(sql, statement);
  try {
    const rows = statement.reader ? statement.all(...bindings) : [];
    const touched = statement.reader ? rows.length : statement.run(...bindings).changes;
    if (required && touched === 0) throw new Undone(index);
    return rows;
  } catch (error) {
    if (error instanceof Database.SqliteError && UNIQUE.test(error.code)) throw new Undone(index);
    throw error;
  }
}

const UNIQUE = /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/;

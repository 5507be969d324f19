import Database from "better-sqlite3";
import type { Append, Appended } from "../../../../contract/append.ts";
import type { Value, Written } from "../dialect.ts";
import { prepareCommit } from "./commit.ts";
import { openWriter } from "./connection.ts";
import { faultOfDisk } from "./faults.ts";

export type Sql = { sql: string; bindings: readonly (Value | Uint8Array)[]; required: boolean };

type Prepared = Database.Statement<unknown[], Record<string, Value>>;

type Connection = {
  db: Database.Database;
  commit(batch: readonly Append[]): Appended[];
  prepare(sql: string): Prepared;
};

/** The disk failed: whether what was under way is stored shows at the next look. */
export class OutcomeUnknown extends Error {}

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

  /** @throws OutcomeUnknown; any other error means that nothing was written. */
  commit(batch: readonly Append[]): Appended[] {
    return this.#use(({ commit }) => commit(batch));
  }

  /** @throws as `commit` does. */
  write(statements: readonly Sql[]): Written {
    return this.#use(({ db, prepare }) => {
      try {
        const transaction = db.transaction(() => statements.map((one, index) => run(prepare(one.sql), one, index)));
        return { rows: transaction.immediate() };
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
    this.#connection ??= connect(this.#path);
    try {
      return work(this.#connection);
    } catch (error) {
      const fault = faultOfDisk(error);
      if (fault === undefined) throw error;
      this.#drop();
      throw new OutcomeUnknown(fault);
    }
  }

  #drop(): void {
    try {
      this.close();
    } catch {
      // Where the disk fails closing may fail too; the connection is not used again either way.
    }
  }
}

const UNIQUE = /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/;

function connect(path: string): Connection {
  try {
    const db = openWriter(path);
    return { db, commit: prepareCommit(db), prepare: preparing(db) };
  } catch (error) {
    throw new OutcomeUnknown(error instanceof Error ? error.message : String(error));
  }
}

/** Statements come from the few query builders of this service, so all of them are kept. */
function preparing(db: Database.Database): (sql: string) => Prepared {
  const prepared = new Map<string, Prepared>();
  return (sql) => {
    const known = prepared.get(sql);
    if (known) return known;
    const made = db.prepare<unknown[], Record<string, Value>>(sql);
    prepared.set(sql, made);
    return made;
  };
}

/** Rolls a transaction back because of one statement. */
class Undone extends Error {
  readonly statement: number;
  constructor(statement: number) {
    super(`statement ${statement} undid its transaction`);
    this.statement = statement;
  }
}

function run(statement: Prepared, { bindings, required }: Sql, index: number): Record<string, Value>[] {
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

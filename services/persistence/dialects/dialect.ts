import type { Knex } from "knex";
import type { Append, Appended } from "../../../contract/append.ts";

/**
 * Every difference between databases, and nothing else. Reads and migrations are portable and go through knex; what a
 * commit does is decided in `append/`, and each database has its own statements for it.
 */
export interface Dialect {
  /** For reading only: nothing is written through it. */
  readonly reader: Knex;
  /**
   * Looks up, judges and writes these appends in one transaction; durable when it resolves. At most one of them may be
   * for a conversation, a direct pair or a name.
   * @throws `unavailable` when the outcome is unknown; any other error means that nothing was written.
   */
  commit(batch: readonly Append[]): Promise<Appended[]>;
  /**
   * Runs statements in order in one transaction; durable when it resolves. One that violates a unique key, or is
   * `required` and touches no row, undoes them all. On a server other nodes write meanwhile (READ COMMITTED): what must
   * not be decided twice at once first updates a row that all who decide it update, or rests on a unique key.
   * @throws `unavailable` when the outcome is unknown.
   */
  write(statements: readonly Statement[]): Promise<Written>;
  /**
   * Moves read cursors, each member's once: never back, and to entries that are there. What is not moved is no fault.
   * @throws `unavailable`
   */
  moveCursors(moves: readonly Move[]): Promise<void>;
  /** Whether an error of `reader` says that the database fails, rather than that the question was wrong. */
  isFailure(error: unknown): boolean;
  close(): Promise<void>;
}

export type Move = { conversationId: string; principalId: string; seq: number };

export type Statement = { query: Knex.QueryBuilder | Knex.Raw; required?: boolean };

export type Value = string | number | null;

/** The rows that each statement returned, or which of them undid them all. */
export type Written = { rows: Record<string, Value>[][] } | { undoneBy: number };

/** Something that is done to a schema by who is alone with it. */
export type SchemaWork<T> = (knex: Knex, dialect: SchemaDialect) => Promise<T>;

/** Column types and table options that knex has no common word for. */
export type SchemaDialect = {
  types: {
    /** UTC with milliseconds. */
    time: string;
    /** SHA-256. */
    hash: string;
    /** Text that compares by its bytes. */
    key(length: number): string;
    /** Text of any length. */
    text: string;
  };
  /** Whether each stored entry is checked against its conversation, also by those who have it locked. */
  referenced: boolean;
  /** Creates a table whose rows lie in the order of their primary key. */
  createClustered(knex: Knex, table: string, columns: (table: Knex.CreateTableBuilder) => void): Promise<void>;
  /** Creates what commits run within the database, on the tables of the log; where they run outside there is none. */
  createCommit(knex: Knex): Promise<void>;
  dropCommit(knex: Knex): Promise<void>;
};

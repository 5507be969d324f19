import type { Knex } from "knex";
import type { Append, Appended } from "../../../../contract/append.ts";
import { refuse } from "../../../../contract/errors.ts";
import type { SqlServer } from "../../../../contract/sql-server.ts";
import { movesOf, recordsOf } from "../batch.ts";
import type { Move, Statement, Written } from "../dialect.ts";
import { type Loss, outcomesOf } from "../losses.ts";
import { faultOf, isUniqueViolation } from "./faults.ts";
import { connect } from "./knex.ts";
import { practised } from "./practised.ts";
import { COMMIT, MOVE_CURSORS, PLAIN_COMMIT, parameterOf } from "./statements.ts";
import { together } from "./together.ts";

/** Connections for directory and cursors. Commits have one of their own, so they wait for none of these. */
const WRITERS = 2;
/** Looks again at what another node has taken between our look and our write. */
const LOOKS = 3;
/** Milliseconds that a write waits for a connection. */
const ACQUIRE = 4_000;
/** Milliseconds that the one for commits stays open unused: what is kept of its text is worth more than it is. */
const IDLE = 600_000;

/** What writes to SQL Server. Each write is one message, so a paused node leaves no transaction open. */
export class Writer {
  readonly #commits: Knex;
  readonly #writes: Knex;
  readonly #failed: (reason: string) => void;

  /** @param failed is told what is wrong with the database, for the log */
  constructor(server: SqlServer, failed: (reason: string) => void) {
    const commits = { max: 1, acquireTimeoutMillis: ACQUIRE, idleTimeoutMillis: IDLE };
    this.#commits = connect(server, { ...commits, afterCreate: practised(COMMIT) });
    this.#writes = connect(server, { max: WRITERS, acquireTimeoutMillis: ACQUIRE });
    this.#failed = failed;
  }

  /** Makes the connection for commits, so that the first of them finds it. @throws what keeps it from that */
  async open(): Promise<void> {
    await this.#commits.raw(PLAIN_COMMIT, ["[]"]);
  }

  /** @throws as `Dialect.commit` does */
  async commit(batch: readonly Append[]): Promise<Appended[]> {
    const records = recordsOf(batch);
    const text = records.some(({ effects }) => effects) ? COMMIT : PLAIN_COMMIT;
    const parameter = parameterOf(records);
    for (let look = 1; ; look++) {
      try {
        const rows: Loss[] = await this.#use(() => this.#commits.raw(text, [parameter]));
        return outcomesOf(batch, rows);
      } catch (error) {
        if (!isUniqueViolation(error) || look === LOOKS) throw error;
      }
    }
  }

  /** @throws as `Dialect.moveCursors` does */
  async moveCursors(moves: readonly Move[]): Promise<void> {
    await this.#use(() => this.#writes.raw(MOVE_CURSORS, [parameterOf(movesOf(moves))]));
  }

  /** @throws as `Dialect.write` does */
  async write(statements: readonly Statement[]): Promise<Written> {
    const { sql, bindings, written } = together(statements);
    return written(await this.#use(() => this.#writes.raw(sql, bindings)));
  }

  async close(): Promise<void> {
    await Promise.all([this.#commits.destroy(), this.#writes.destroy()]);
  }

  async #use<T>(send: () => PromiseLike<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      this.#failed(fault);
      throw refuse("unavailable", "The database does not write: what was under way may be stored or not");
    }
  }
}

import type { PoolClient } from "pg";
import type { Append, Appended } from "../../../../contract/append.ts";
import type { Postgres } from "../../../../contract/database.ts";
import { movesOf, recordsOf } from "../batch.ts";
import type { Move, Value, Written } from "../dialect.ts";
import { type Loss, outcomesOf } from "../losses.ts";
import { Connections } from "./connections.ts";
import { isUniqueViolation } from "./faults.ts";

export type Sql = { sql: string; bindings: readonly unknown[]; required: boolean };

/** Connections for directory and cursors. Commits have one of their own, so they wait for none of these. */
const WRITERS = 2;
/** Looks again at what another node has taken between our look and our write. */
const LOOKS = 3;

// What is met lies at or below the head that the append names, so it was there before this statement began.
const COMMIT = {
  name: "commit",
  text: `select o.place, o.outcome, o.holder, o.key, e.* from wirehouse_commit($1) as o
    left join entries as e on e.conversation_id = o.conversation_id and e.seq = o.met order by o.place, o.key`,
};
const MOVE = { name: "move", text: "select wirehouse_move_cursors($1)" };

/** What writes to PostgreSQL. */
export class Writer {
  readonly #commits: Connections;
  readonly #writes: Connections;

  /** @param failed is told what is wrong with the database, for the log */
  constructor(database: Postgres, failed: (reason: string) => void) {
    this.#commits = new Connections(database, 1, failed);
    this.#writes = new Connections(database, WRITERS, failed);
  }

  /** Connects, so that what is wrong shows. @throws what keeps it from connecting */
  async open(): Promise<void> {
    (await this.#commits.connect()).release();
  }

  /** One message that begins and ends its transaction. @throws as `Dialect.commit` does */
  async commit(batch: readonly Append[]): Promise<Appended[]> {
    const values = [JSON.stringify(recordsOf(batch))];
    for (let look = 1; ; look++) {
      try {
        const { rows } = await this.#commits.use((client) => client.query<Loss>({ ...COMMIT, values }));
        return outcomesOf(batch, rows);
      } catch (error) {
        if (!isUniqueViolation(error) || look === LOOKS) throw error;
      }
    }
  }

  async moveCursors(moves: readonly Move[]): Promise<void> {
    await this.#writes.use((client) => client.query({ ...MOVE, values: [JSON.stringify(movesOf(moves))] }));
  }

  /** @throws as `Dialect.write` does */
  write(statements: readonly Sql[]): Promise<Written> {
    return this.#writes.use(async (client) => {
      await client.query("begin");
      try {
        const rows: Record<string, Value>[][] = [];
        for (const [index, one] of statements.entries()) rows.push(await run(client, one, index));
        await client.query("commit");
        return { rows };
      } catch (error) {
        // Where the connection is lost the server does it.
        await client.query("rollback").catch(() => undefined);
        if (error instanceof Undone) return { undoneBy: error.statement };
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#commits.close(), this.#writes.close()]);
  }
}

/** Rolls a transaction back because of one statement. */
class Undone extends Error {
  readonly statement: number;
  constructor(statement: number) {
    super(`statement ${statement} undid its transaction`);
    this.statement = statement;
  }
}

async function run(
  client: PoolClient,
  { sql, bindings, required }: Sql,
  index: number,
): Promise<Record<string, Value>[]> {
  try {
    const { rows, rowCount } = await client.query<Record<string, Value>>(sql, [...bindings]);
    if (required && rowCount === 0) throw new Undone(index);
    return rows;
  } catch (error) {
    throw isUniqueViolation(error) ? new Undone(index) : error;
  }
}

import type { PoolClient } from "pg";
import { type Append, type Appended, type CommandKey, type Met, remember } from "../../../../contract/append.ts";
import type { Postgres } from "../../../../contract/database.ts";
import { entryOf } from "../../read/rows.ts";
import type { EntryRow } from "../../tables.ts";
import type { Move, Value, Written } from "../dialect.ts";
import { batchText } from "./batch.ts";
import { Connections } from "./connections.ts";
import { isUniqueViolation } from "./faults.ts";

export type Sql = { sql: string; bindings: readonly unknown[]; required: boolean };

/** Connections for directory and cursors. Commits have one of their own, so they wait for none of these. */
const WRITERS = 2;
/** Looks again at what another node has taken between our look and our write. */
const LOOKS = 3;

/** What becomes of an append that writes nothing; one row for each key that it met, with the entry. */
type Loss = { place: number; outcome: string; holder: string | null; key: number | null } & (EntryRow | { type: null });

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
    const values = [batchText(batch)];
    for (let look = 1; ; look++) {
      try {
        const { rows } = await this.#commits.use((client) => client.query<Loss>({ ...COMMIT, values }));
        const losses = Map.groupBy(rows, ({ place }) => place);
        return batch.map((append, place) => outcomeOf(append, losses.get(place)));
      } catch (error) {
        if (!isUniqueViolation(error) || look === LOOKS) throw error;
      }
    }
  }

  async moveCursors(moves: readonly Move[]): Promise<void> {
    const rows = moves.map(({ conversationId, principalId, seq }) => ({
      conversation: conversationId,
      principal: principalId,
      seq,
    }));
    await this.#writes.use((client) => client.query({ ...MOVE, values: [JSON.stringify(rows)] }));
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

/** @param losses none of an append that was written */
function outcomeOf({ keys, claim }: Append, losses: readonly Loss[] = []): Appended {
  const [first] = losses;
  switch (first?.outcome) {
    case undefined:
      return { outcome: "appended" };
    case "stale":
      return { outcome: "stale" };
    case "taken":
      // Who has a name is not to be told.
      return { outcome: "taken", conversationId: claim && "directKey" in claim ? first.holder : null };
    default:
      return { outcome: "met", met: losses.flatMap((loss) => metOf(loss, keys)) };
  }
}

function metOf(loss: Loss, keys: readonly CommandKey[]): Met[] {
  const key = loss.key === null ? undefined : keys[loss.key - 1];
  return key === undefined || loss.type === null ? [] : [{ key, entry: remember(entryOf(loss)) }];
}

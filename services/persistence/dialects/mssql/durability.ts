import type { Knex } from "knex";
import { CannotStart } from "../../../../contract/errors.ts";

/** What of a database's settings G1 rests on. */
type Durability = { delayed: string | null; updateability: string };

/**
 * A commit is durable when it returns, unless the database makes all of them late; that one may ask for it is no harm,
 * for we do not. (https://learn.microsoft.com/sql/relational-databases/logs/control-transaction-durability)
 * @throws CannotStart, one sentence, where what is acknowledged could be lost
 */
export async function assertDurable(knex: Knex): Promise<void> {
  const [row]: Durability[] = await knex.raw(
    `select delayed_durability_desc as delayed, cast(databasepropertyex(db_name(), 'Updateability') as nvarchar(20)) as updateability
       from sys.databases where name = db_name()`,
  );
  const weakness = weaknessOf(row);
  if (weakness) throw new CannotStart(`The database would lose what it has acknowledged (G1): ${weakness}`);
}

function weaknessOf(row: Durability | undefined): string | undefined {
  if (row?.updateability === "READ_ONLY")
    return "it takes no writes (a readable secondary?); DATABASE_URL must lead to the primary";
  if (row?.delayed === "FORCED") return "DELAYED_DURABILITY is FORCED; set it to DISABLED or ALLOWED";
  return undefined;
}

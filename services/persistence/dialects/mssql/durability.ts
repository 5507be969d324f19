import type { Knex } from "knex";
import { CannotStart } from "../../../../contract/errors.ts";

/** A database's settings: what G1 rests on, and whether READ COMMITTED reads versions of rows. */
export type Settings = { delayed: string | null; updateability: string; versions: boolean };

/** @throws Error where there is no `openjson`: below compatibility level 130 */
export async function settingsOf(knex: Knex): Promise<Settings> {
  const [row]: Settings[] = await knex.raw(
    `select delayed_durability_desc as delayed, is_read_committed_snapshot_on as versions,
         cast(databasepropertyex(db_name(), 'Updateability') as nvarchar(20)) as updateability
       from sys.databases where name = db_name() and not exists (select 1 from openjson(N'[]'))`,
  );
  if (!row) throw new CannotStart("The database does not show its own settings to this login");
  return row;
}

/**
 * A commit is durable when it returns, unless the database makes all of them late; that one may ask for it is no harm,
 * for we do not. (https://learn.microsoft.com/sql/relational-databases/logs/control-transaction-durability)
 * @throws CannotStart, one sentence, where what is acknowledged could be lost
 */
export function assertDurable(settings: Settings): void {
  const weakness = weaknessOf(settings);
  if (weakness) throw new CannotStart(`The database would lose what it has acknowledged (G1): ${weakness}`);
}

function weaknessOf({ delayed, updateability }: Settings): string | undefined {
  if (updateability === "READ_ONLY")
    return "it takes no writes (a readable secondary?); DATABASE_URL must lead to the primary";
  if (delayed === "FORCED") return "DELAYED_DURABILITY is FORCED; set it to DISABLED or ALLOWED";
  return undefined;
}

import type { Knex } from "knex";

/**
 * What SQLite's planner is to believe of each index: rows, then rows that share its first column, its first two … Left to
 * guess it takes a conversation for ten entries and walks through all of it for a message's version; left to measure its
 * plans would change with the data. (https://sqlite.org/fileformat2.html#the_sqlite_stat1_table)
 */
const statistics: [table: string, index: string, rows: string][] = [
  ["entries", "entries", "10000000 10000 1"],
  ["entries", "entries_message_key", "9000000 9000 100 1"],
  ["entries", "entries_command_id", "1000000 1000 1"],
  ["entries", "entries_replies", "1000000 1000 5 1"],
  ["entries", "entries_in_force", "1000000 1000 2 1"],
  ["members", "members", "1000000 1000 1"],
  ["members", "members_principal_id_conversation_id_index", "1000000 100 1"],
  ["mentions", "mentions", "1000000 1000 10 1"],
  ["mentions", "mentions_conversation_id_seq_index", "1000000 1000 2"],
];

/** To be called before the connections are opened that are to know. */
export async function setStatistics(knex: Knex): Promise<void> {
  await knex.raw("analyze sqlite_schema");
  await knex.transaction(async (transaction) => {
    await transaction("sqlite_stat1").del();
    await transaction("sqlite_stat1").insert(statistics.map(([tbl, idx, stat]) => ({ tbl, idx, stat })));
  });
}

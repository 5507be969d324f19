import type { SchemaDialect } from "../dialect.ts";

/** Compares by bytes, whatever the database's own collation: old ones hold all emoji equal, most hold `a1` to be `A1`. */
const BYTES = "collate Latin1_General_100_BIN2";

export const schema: SchemaDialect = {
  types: {
    time: "datetime2(3)",
    hash: "varbinary(32)",
    // It counts in UTF-16, where one character may be two.
    key: (length) => `nvarchar(${2 * length}) ${BYTES}`,
    text: `nvarchar(max) ${BYTES}`,
  },
  // Who stores entries has locked their conversation.
  referenced: false,
  // A primary key is clustered unless it says otherwise.
  createClustered: (knex, table, columns) => knex.schema.createTable(table, columns),
  // What a commit does is sent with it.
  async createCommit() {},
  async dropCommit() {},
};

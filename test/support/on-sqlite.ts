import { join } from "node:path";
import type { Config } from "../../config.ts";

/** A database as a process is told of it. */
export type OfDatabase = Pick<Config, "database" | "pool">;

/** SQLite in a folder, as by `WIREHOUSE_DATA`. */
export const onSqlite = (folder: string): OfDatabase => ({
  database: { kind: "sqlite", file: join(folder, "wirehouse.db") },
  pool: 1,
});

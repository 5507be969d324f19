import { openStore } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";

/** A process that has a data folder until it is told to end. */
try {
  const store = await openStore(onSqlite(process.argv[2] ?? ""), console.error);
  process.once("SIGTERM", () => store.close());
  console.log("opened");
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

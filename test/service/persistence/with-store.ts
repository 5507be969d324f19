import type { Append, Appended } from "../../../contract/append.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { withFolder } from "../../support/with-broker.ts";

/** An open SQLite database in a folder of its own, for what is SQLite's alone. */
export const withStore = <T>(use: (store: Store, folder: string) => Promise<T>): Promise<T> =>
  withFolder(async (folder) => {
    const store = await openStore(onSqlite(folder), () => undefined);
    try {
      return await use(store, folder);
    } finally {
      await store.close();
    }
  });

/** Appends one after the other; each must be taken. */
export async function stored(store: Pick<Store, "append">, appends: Iterable<Append>): Promise<void> {
  for (const append of appends) {
    const outcome: Appended = await store.append(append);
    if (outcome.outcome !== "appended") throw new Error(`${outcome.outcome}: ${JSON.stringify(append)}`);
  }
}

import type { Append, Appended } from "../../../contract/append.ts";
import { openStore, type Store } from "../../../services/persistence/store.ts";
import { withFolder } from "../../support/with-broker.ts";

/** An open database in a folder of its own, for one test. */
export function withStore<T>(use: (store: Store, folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const store = await openStore(folder, () => undefined);
    try {
      return await use(store, folder);
    } finally {
      await store.close();
    }
  });
}

/** Appends one after the other; each must be taken. */
export async function stored(store: Pick<Store, "append">, appends: Iterable<Append>): Promise<void> {
  for (const append of appends) {
    const outcome: Appended = await store.append(append);
    if (outcome.outcome !== "appended") throw new Error(`${outcome.outcome}: ${JSON.stringify(append)}`);
  }
}

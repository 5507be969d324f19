import { type Append, type Appended, type CommandKey, type Met, remember } from "../../../contract/append.ts";
import { entryOf } from "../read/rows.ts";
import type { EntryRow } from "../tables.ts";

/** What a server's commit tells of an append that writes nothing: a row for each key that it met (from 1), with the entry. */
export type Loss = { place: number; outcome: string; holder: string | null; key: number | null } & (
  | EntryRow
  | { type: null }
);

/** What became of each append of a batch; of those that were written nothing is told. */
export function outcomesOf(batch: readonly Append[], rows: readonly Loss[]): Appended[] {
  const losses = Map.groupBy(rows, ({ place }) => place);
  return batch.map((append, place) => outcomeOf(append, losses.get(place)));
}

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

import type { ServiceBroker } from "moleculer";

const COMMITS = "wirehouse.commit.total";
const ROWS = "wirehouse.commit.rows.total";

/** Counts commits and the entries they store: their ratio is what group commit gains. */
export function commitMetrics({ metrics }: ServiceBroker): (rows: number) => void {
  metrics.register({ type: "counter", name: COMMITS, description: "Commits of the log" });
  metrics.register({ type: "counter", name: ROWS, description: "Entries stored by them" });
  return (rows) => {
    metrics.increment(COMMITS);
    metrics.increment(ROWS, undefined, rows);
  };
}

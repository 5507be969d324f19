import type { ServiceBroker } from "moleculer";
import { meterOf } from "../../mixins/metrics/meter.ts";
import type { Store } from "./store.ts";

/** Counts commits: what group commit gains is how many entries one of them stores. */
export function commitMetrics(broker: ServiceBroker): (rows: number, milliseconds: number) => void {
  const meter = meterOf(broker);
  return (rows, milliseconds) => {
    meter.observe("wirehouse_commit_rows", rows);
    meter.observe("wirehouse_commit_seconds", milliseconds / 1000);
  };
}

/** Tells what waits for a commit, and what waits to read. */
export function waitMetrics(broker: ServiceBroker, store: () => Store | undefined): void {
  const meter = meterOf(broker);
  meter.read("wirehouse_commit_waiting", () => store()?.waiting.appends ?? 0);
  meter.read("wirehouse_commit_waiting_bytes", () => store()?.waiting.bytes ?? 0);
  meter.read("wirehouse_database_connections", () => {
    const pool = store()?.pool;
    return pool
      ? [
          [{ state: "used" }, pool.used],
          [{ state: "free" }, pool.free],
        ]
      : [];
  });
  meter.read("wirehouse_database_waiting", () => store()?.pool.waiting ?? 0);
}

import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { loopback, namespaces } from "./hosts.ts";
import { rehearse } from "./rehearsal.ts";

/** What `cli.ts` starts. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    people: { type: "string", default: "12" },
    rooms: { type: "string", default: "12" },
    pace: { type: "string", default: "50" },
    calm: { type: "string", default: "2000" },
    logs: { type: "string" },
    outside: { type: "string" },
  },
});
// What was started ends with this process.
process.once("SIGINT", () => process.exit(1));
if (values.logs !== undefined) mkdirSync(values.logs, { recursive: true });
console.log(`seed ${values.seed}`);
const { rows, entries, violations } = await rehearse({
  network: values.outside === undefined ? loopback() : namespaces(values.outside),
  seed: Number(values.seed),
  people: Number(values.people),
  rooms: Number(values.rooms),
  pace: Number(values.pace),
  calm: Number(values.calm),
  logs: values.logs,
  tell: (line) => console.log(line),
});
console.table(
  rows.map(({ act, planned, seconds, sends, requests, failures, recovery }) => ({
    act,
    "took s": seconds.toFixed(1),
    sends,
    "REST requests": requests,
    failed: failures.length,
    "recovered ms": planned ? "" : recovery,
  })),
);
for (const { act, failures } of rows)
  for (const [failure, same] of Map.groupBy(failures, (text) => text))
    console.log(`${act}: ${same.length} × ${failure}`);
for (const violation of violations.slice(0, 20)) console.log(violation);
const failedInPlanned = rows.filter(({ planned }) => planned).reduce((sum, { failures }) => sum + failures.length, 0);
console.log(`${entries} entries stored; lost, repeated, out of order or not shown: ${violations.length}`);
console.log(`failed in what was planned: ${failedInPlanned}`);
process.exit(violations.length === 0 && failedInPlanned === 0 ? 0 : 1);

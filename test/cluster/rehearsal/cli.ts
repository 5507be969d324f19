import { parseArgs } from "node:util";
import { rehearse } from "./rehearsal.ts";

/** `npm run rehearse -- --seed 7`: what befalls production, planned and not, on this machine; a table, and whether it held. */
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    people: { type: "string", default: "12" },
    rooms: { type: "string", default: "12" },
    pace: { type: "string", default: "50" },
    calm: { type: "string", default: "2000" },
  },
});
console.log(`seed ${values.seed}`);
const { rows, failures, entries, violations } = await rehearse({
  seed: Number(values.seed),
  people: Number(values.people),
  rooms: Number(values.rooms),
  pace: Number(values.pace),
  calm: Number(values.calm),
  tell: (line) => console.log(line),
});
console.table(
  rows.map(({ act, planned, seconds, sends, requests, failed, recovery }) => ({
    act,
    "took s": seconds.toFixed(1),
    sends,
    "REST requests": requests,
    failed,
    "recovered ms": planned ? "" : recovery,
  })),
);
for (const failure of failures.slice(0, 10)) console.log(failure);
for (const violation of violations.slice(0, 20)) console.log(violation);
const failedInPlanned = rows.filter(({ planned }) => planned).reduce((sum, { failed }) => sum + failed, 0);
console.log(`${entries} entries stored; lost, repeated, out of order or not shown: ${violations.length}`);
console.log(`failed in what was planned: ${failedInPlanned}`);
process.exit(violations.length === 0 && failedInPlanned === 0 ? 0 : 1);

import { parseArgs } from "node:util";
import { chosen } from "../../support/random.ts";
import { chaos } from "./chaos.ts";
import { faults } from "./faults.ts";
import { embedded } from "./layouts.ts";

/** `npm run chaos -- --minutes 10 --seed 7`: faults on a cluster under load, with a report; fails if a guarantee did. */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string", default: "" },
  },
});
const end = Date.now() + Number(values.minutes) * 60_000;
const candidates = faults.filter(({ name }) => name.includes(values.only));
console.log(`seed ${values.seed}`);
const report = await chaos({
  layout: embedded,
  seed: Number(values.seed),
  next: (_inflicted, random) => (Date.now() < end ? chosen(random, candidates) : undefined),
  people: 6,
  rooms: 12,
  pace: 10,
  tell: (line) => console.log(line),
});
const times = report.faults.map(({ recovery }) => recovery).sort((a, b) => a - b);
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
console.log(`${times.length} faults; recovery p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${times.at(-1) ?? 0} ms`);
console.log(`${report.sends.acknowledged} sends acknowledged, ${report.sends.refused} refused`);
for (const violation of report.violations.slice(0, 20)) console.log(violation);
console.log(report.violations.length === 0 ? "all guarantees hold" : `${report.violations.length} violations`);
process.exit(report.violations.length === 0 ? 0 : 1);

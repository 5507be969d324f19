import type { ImportSummary } from "../../contract/actions.ts";

/** Whether everything that should be stored is, and proves sound. */
export const succeeded = ({ failures, verified }: ImportSummary): boolean =>
  failures.length === 0 && verified.faults.length === 0;

/** A summary for people. */
export function report(summary: ImportSummary): string {
  const { conversations, people, applications, records, imported, repeated, skipped, notes, failures } = summary;
  const left = Object.entries(skipped);
  const skippedCount = left.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${conversations} conversations, ${people} people, ${applications} applications`,
    `${records} records: ${imported} imported (${repeated} of them by an earlier run), ${skippedCount} skipped`,
    ...left.map(([reason, count]) => `  skipped ${count}: ${reason}`),
    ...notes.map((note) => `  note: ${note}`),
    ...failures.map((failure) => `  FAILED: ${failure}`),
    ...verdicts(summary.verified),
  ].join("\n");
}

function verdicts({ conversations, faults }: ImportSummary["verified"]): string[] {
  if (faults.length === 0) return [`verified: ${conversations} conversations, all ok`];
  return [
    `verified: ${conversations} conversations, ${faults.length} NOT ok`,
    ...faults.map(({ conversationId, seq, reason }) => `  NOT ok: ${conversationId} at seq ${seq}: ${reason}`),
  ];
}

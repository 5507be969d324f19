import type { Entry, WireEntry } from "../../../contract/entry.ts";

/**
 * Entries of one append as they are shown: a text that a later one of them overtook, by a new version or a redaction, is
 * withheld, as it is in the log by now.
 */
export function shown(entries: readonly Entry[]): WireEntry[] {
  const overtaken = new Set<number>();
  const versions = new Map<number, number>();
  for (const { type, seq, targetSeq } of entries) {
    if (targetSeq === undefined || (type !== "edit" && type !== "redact")) continue;
    overtaken.add(versions.get(targetSeq) ?? targetSeq);
    versions.set(targetSeq, seq);
  }
  return entries.map((entry) => {
    if (!overtaken.has(entry.seq)) return entry;
    const { body: _withheld, ...line } = entry;
    return line;
  });
}

import type { WireEntry } from "../../../contract/entry.ts";

/** What a session is told of a run of entries, in order. */
export type Step = { type: "entries"; entries: readonly WireEntry[] } | { type: "joined" } | { type: "left" };

/** Whom an entry lets in or out; undefined for all other entries. */
export function moved(entry: WireEntry): { principalId: string; inside: boolean } | undefined {
  if (entry.type !== "join" && entry.type !== "leave") return undefined;
  const { body } = entry;
  if (body === undefined || !("principalId" in body)) return undefined;
  return { principalId: body.principalId, inside: entry.type === "join" };
}

/**
 * Cuts a run of entries to what one principal is shown of it: up to his own `leave` and with it, nothing between, and
 * from his own `join` on.
 */
export function splice(entries: readonly WireEntry[], principalId: string, inside: boolean): Step[] {
  const steps: Step[] = [];
  let isInside = inside;
  let from = 0;
  const show = (end: number) => {
    if (isInside && end > from) steps.push({ type: "entries", entries: entries.slice(from, end) });
    from = end;
  };
  for (const [index, entry] of entries.entries()) {
    const move = moved(entry);
    if (move?.principalId !== principalId || move.inside === isInside) continue;
    show(move.inside ? index : index + 1);
    isInside = move.inside;
    steps.push({ type: isInside ? "joined" : "left" });
  }
  show(entries.length);
  return steps;
}

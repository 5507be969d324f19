import type { Kept, Presence } from "../../contract/presence.ts";
import type { Attendance } from "./principal/state.ts";

/** Milliseconds between two times at which is kept that somebody is still here. */
export const REFRESH = 60_000;
/** Milliseconds after which a new owner keeps it at once, and after which it is no longer believed. */
const AGING = REFRESH / 2;
const STALE = REFRESH + AGING + 10_000;

const age = (seen: string | null, now: string): number =>
  seen === null ? Number.POSITIVE_INFINITY : Date.parse(now) - Date.parse(seen);

/** Whether this was so lately that it may still be so. */
export const isFresh = (seen: string | null, now: string): boolean => age(seen, now) <= STALE;
/** Whether it should be kept anew. */
export const isAging = (seen: string | null, now: string): boolean => age(seen, now) > AGING;

/**
 * Who wins: the first line that holds (docs/presence.md has it as a table).
 * @param attendance of a moment ago: who can't say, believes what is kept, if it is fresh
 */
export function shown(principalId: string, kept: Kept, attendance: Attendance, now: string): Presence {
  const { status, text, until, here, seen } = kept;
  const offline: Presence = { principalId, status: "offline", ...(seen !== null && { lastSeen: seen }) };
  if (status === "invisible" || !here) return offline;
  if (attendance === "gone" || (attendance === "unsure" && !isFresh(seen, now))) return offline;
  // RFC 3339 in UTC with milliseconds sorts as text.
  if (until !== null && until <= now) return { principalId, status };
  return { principalId, status, ...(text !== null && { text }), ...(until !== null && { until }) };
}

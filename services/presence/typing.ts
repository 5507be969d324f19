import { TYPING_CONVERSATIONS, TYPING_INTERVAL } from "../../contract/limits.ts";

/** When one principal's typing was last told, by conversation (milliseconds). */
export type Typed = ReadonlyMap<string, number>;

/** @returns what is remembered if it is told now; undefined where it was told just before, or of too many at once */
export function tellTyping(typed: Typed, conversationId: string, now: number): Typed | undefined {
  const recent = new Map([...typed].filter(([, at]) => now - at < TYPING_INTERVAL));
  if (recent.has(conversationId) || recent.size >= TYPING_CONVERSATIONS) return undefined;
  return recent.set(conversationId, now);
}

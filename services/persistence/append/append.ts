import type { Append, Appended, Claim, CommandKey, Met } from "../../../contract/append.ts";
import type { Head } from "../../../contract/scalars.ts";

/** What a commit looks up for an append, in the transaction that would write it. */
export type Look = {
  /** The log's end: `NOTHING` where there is no such conversation. */
  head(conversationId: string): Head;
  /** The entries that are stored under these keys. */
  met(conversationId: string, keys: readonly CommandKey[]): Met[];
  /** The conversation that holds what the claim names. */
  holder(claim: Claim): string | undefined;
};

/**
 * What becomes of an append; only one that is `appended` may write. The head comes first: a stale owner's memory must not
 * judge whether the sender of a met message is still allowed. Its commands are sent again to the owner and meet their
 * keys there, so no repeat is lost.
 */
export function judge(append: Append, look: Look): Appended {
  const head = look.head(append.conversationId);
  if (head.seq !== append.head.seq || head.hash !== append.head.hash) return { outcome: "stale" };
  const met = look.met(append.conversationId, append.keys);
  if (met.length > 0) return { outcome: "met", met };
  const { claim } = append;
  const holder = claim && look.holder(claim);
  if (claim && holder !== undefined) {
    return { outcome: "taken", conversationId: "directKey" in claim ? holder : null };
  }
  return { outcome: "appended" };
}

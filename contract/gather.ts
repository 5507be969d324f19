import type { Stored, TopicSent } from "./actions.ts";
import { type Outcome, problemOf, type RefusalName, refusals, refused, type TopicReceipts } from "./errors.ts";

/** Another try may store it: the conversation itself has not refused it. */
const isUnanswered = (type: RefusalName): boolean => refusals[type].retryable || type === "internal";

/**
 * What a sender is told of a message to a topic, from what became of it in each conversation: router and gateway use this
 * one rule. Of a conversation that does not say that he is in it he is told no more than that it is one of a number.
 * @param beyond how many more conversations are bound than one message reaches
 */
export function gather(
  outcomes: ReadonlyMap<string, Outcome<Stored>>,
  clientMessageId: string,
  beyond: number,
): Outcome<TopicSent> {
  const receipts: TopicReceipts["receipts"] = [];
  const unseen = { stored: 0, refused: beyond };
  let stored = false;
  let retryAfter: number | undefined;
  for (const [conversationId, outcome] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if ("ok" in outcome) {
      const { seq, sentAt, hash, repeat, seen } = outcome.ok;
      stored ||= !repeat;
      if (seen) receipts.push({ conversationId, seq, sentAt, hash });
      else unseen.stored += 1;
    } else if (isUnanswered(outcome.refused.type)) {
      retryAfter = Math.max(retryAfter ?? 1, outcome.refused.data?.retryAfter ?? 1);
    } else if (outcome.refused.data?.seen) receipts.push({ conversationId, problem: problemOf(outcome.refused) });
    else unseen.refused += 1;
  }
  if (retryAfter === undefined) return { ok: { receipts, unseen, stored } };
  const sent = { receipts, unseen, clientMessageId };
  return { refused: refused("unavailable", "Not all that is bound to the topic could answer", { retryAfter, sent }) };
}

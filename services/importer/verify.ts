import type { ServiceBroker } from "moleculer";
import type { ImportSummary } from "../../contract/actions.ts";
import type { Verdict } from "../../contract/conversation.ts";
import { refuse, typeOf } from "../../contract/errors.ts";
import { call } from "../../mixins/call.ts";
import { atOnce } from "./at-once.ts";
import type { Notes } from "./slack/notes.ts";

/** A conversation, and who of its members may be asked to look, the likeliest first. */
export type Verifiable = { conversationId: string; label: string; memberIds: string[] };

/** Conversations verified at the same time. */
const WIDTH = 2;

/**
 * Walks every conversation's chain. Only members may, so it is done in the name of one.
 * @throws unavailable when `stop` is aborted
 */
export async function verifyAll(
  conversations: Verifiable[],
  broker: ServiceBroker,
  notes: Notes,
  stop: AbortSignal,
): Promise<ImportSummary["verified"]> {
  const verified: ImportSummary["verified"] = { conversations: 0, faults: [] };
  await atOnce(WIDTH, conversations, async ({ conversationId, label, memberIds }) => {
    if (stop.aborted) throw refuse("unavailable", "The import was stopped before all of it was verified; run it again");
    const verdict = await verify(conversationId, memberIds, broker);
    if (!verdict) return notes.add("conversations were not verified: nobody imported is in them any more", label);
    verified.conversations += 1;
    if (!verdict.ok) verified.faults.push({ conversationId, seq: verdict.seq, reason: verdict.reason });
  });
  return verified;
}

async function verify(
  conversationId: string,
  memberIds: string[],
  broker: ServiceBroker,
): Promise<Verdict | undefined> {
  for (const principalId of memberIds) {
    try {
      return await call(broker, "persistence.verify", { conversationId }, { principalId });
    } catch (error) {
      // He has left since: another may still be in it.
      if (typeOf(error) !== "not-a-member" && typeOf(error) !== "not-found") throw error;
    }
  }
  return undefined;
}

import type { Posting, Stored, TopicSent } from "../../../contract/actions.ts";
import { type Outcome, refusalOf, thrown } from "../../../contract/errors.ts";
import { gather } from "../../../contract/gather.ts";
import { checkMessage } from "../../../contract/well-formed.ts";
import { Turnstile } from "../../../mixins/turnstile.ts";

/** Posts of one message that are under way at once: each carries its text. */
const POSTS = 64;

/** What publishing asks of others. */
type Surroundings = {
  bound(topic: string): Promise<{ conversationIds: string[]; beyond: number }>;
  post(conversationId: string, message: Posting): Promise<Outcome<Stored>[]>;
  /** What no sender caused. */
  failed(error: unknown): void;
};

/**
 * A message to a topic, stored once in each conversation that is bound to it.
 * @throws validation, what `bound` does; unavailable, with what became of it elsewhere, when a conversation did not answer
 */
export async function publish(
  message: Posting & { topic: string; clientMessageId: string },
  { bound, post, failed }: Surroundings,
): Promise<TopicSent> {
  checkMessage(message);
  const { conversationIds, beyond } = await bound(message.topic);
  const turnstile = new Turnstile(POSTS);
  const outcomeIn = async (conversationId: string): Promise<Outcome<Stored>> => {
    try {
      const [outcome] = await turnstile.through(() => post(conversationId, message));
      return outcome ?? { refused: refusalOf(undefined) };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.type === "internal") failed(error);
      return { refused: refusal };
    }
  };
  const outcomes = await Promise.all(conversationIds.map(async (id) => [id, await outcomeIn(id)] as const));
  const gathered = gather(new Map(outcomes), message.clientMessageId, beyond);
  if ("refused" in gathered) throw thrown(gathered.refused);
  return gathered.ok;
}

import { bodyHashOf } from "../../../../contract/chain.ts";
import { type Refusal, refused } from "../../../../contract/errors.ts";
import type { Decision, Post, Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import { messageBody, tooManyMentions } from "../message-body.ts";
import { closed, permit } from "../permit.ts";
import { type Draft, messageIn, rememberedIn } from "../state.ts";

export const post: Rules<"post"> = {
  key: ({ senderId, clientMessageId }) => ({ senderId, clientMessageId }),

  refersTo: ({ replyTo }) => (typeof replyTo === "number" ? [replyTo] : []),

  decide(draft, command) {
    if (!command.imported) {
      const refusal = mayPost(draft, command) ?? closed(draft);
      if (refusal) return refusing(draft, command, refusal);
    }
    const root = rootOf(draft, command);
    if (command.replyTo !== undefined && root === undefined) {
      const errors = [{ field: "replyTo", message: "must be the seq of a message of this conversation" }];
      return refusing(draft, command, refused("validation", "There is no such message to reply to", { errors }));
    }
    const mentions = command.mentionable.filter((id) => draft.members.has(id));
    const crowd = tooManyMentions(mentions);
    if (crowd) return refusing(draft, command, crowd);
    const body = messageBody(command, command.salt, mentions);
    const entry = { type: "message" as const, clientMessageId: command.clientMessageId, replyTo: root, body };
    return {
      entries: [entry],
      answer: ([stored]) => {
        if (!stored) throw new Error("a post is one entry");
        const { conversationId, seq, sentAt, hash } = stored;
        return { conversationId, seq, sentAt, hash, repeat: false, ...seen(draft, command) };
      },
    };
  },

  repeat(draft, command, first) {
    const refusal = command.imported ? undefined : mayPost(draft, command);
    if (refusal) return refusing(draft, command, refusal);
    const same =
      first.salt !== undefined &&
      bodyHashOf(messageBody(command, first.salt, first.mentions)) === first.bodyHash &&
      rootOf(draft, command) === first.replyTo;
    const { seq, sentAt, hash } = first;
    const answer = { conversationId: draft.conversationId, seq, sentAt, hash, repeat: true, ...seen(draft, command) };
    // What an earlier import stored stays; the importer is told, since it may know of the edit that made it another.
    if (!same && command.imported) return unchanged({ ...answer, differs: true });
    if (same) return unchanged(answer);
    const conflict = refused("idempotency-conflict", "This clientMessageId stands for another message");
    return refusing(draft, command, conflict);
  },
};

/** A binding lets in whom his role alone would not. */
const mayPost = (draft: Draft, { senderId, viaTopic }: Post): Refusal | undefined =>
  viaTopic?.bound && draft.settings ? undefined : permit(draft, senderId, "post");

/** Who sends to a topic is told of the conversations that he is in, and of no other. */
const seen = (draft: Draft, { senderId, viaTopic }: Post): { seen?: true } =>
  viaTopic && draft.members.has(senderId) ? { seen: true } : {};

const refusing = (draft: Draft, command: Post, { type, detail, data }: Refusal): Decision<never> => ({
  refused: refused(type, detail, command.viaTopic ? { ...data, ...seen(draft, command) } : data),
});

/** A reply to a reply joins its root's thread. */
function rootOf(draft: Draft, { replyTo }: Post): number | undefined {
  const target = typeof replyTo === "object" ? rememberedIn(draft, replyTo) : replyTo && messageIn(draft, replyTo);
  return target ? (target.replyTo ?? target.seq) : undefined;
}

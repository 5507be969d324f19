import { refused } from "../../../../contract/errors.ts";
import { EMOJIS } from "../../../../contract/limits.ts";
import { changesTarget, type Rules, unchanged } from "../command.ts";
import { closed, permit } from "../permit.ts";
import { ifRedacted, targetIn } from "../target.ts";

/** A reaction of one's own, put on a message or taken off: by any member. */
export const react: Rules<"react"> = {
  ...changesTarget,

  decide(draft, { senderId, target: posted, emoji, on, imported }) {
    const refusal = imported ? undefined : (permit(draft, senderId, "react") ?? closed(draft));
    if (refusal) return { refused: refusal };
    const found = targetIn(draft, posted);
    if ("refused" in found) return found;
    const { target } = found;
    const redacted = ifRedacted(target);
    if (redacted) return { refused: redacted };
    const isOn = target.reactions.some((one) => one.principalId === senderId && one.emoji === emoji);
    if (isOn === on) return unchanged({ changed: false });
    if (on && !imported && target.emojis.length >= EMOJIS && !target.emojis.includes(emoji))
      return { refused: refused("conflict", `There are ${EMOJIS} different reactions to the message already`) };
    const entry = { type: "reaction" as const, targetSeq: target.seq, body: { emoji, on } };
    return { entries: [entry], answer: () => ({ changed: true }) };
  },
};

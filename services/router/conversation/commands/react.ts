import { changesTarget, type Rules, unchanged } from "../command.ts";
import { closed, permit } from "../permit.ts";
import { ifRedacted, targetIn } from "../target.ts";

/** A reaction of one's own, put on a message or taken off: by any member. */
export const react: Rules<"react"> = {
  ...changesTarget,

  decide(draft, { senderId, targetSeq, emoji, on, imported }) {
    const refusal = imported ? undefined : (permit(draft, senderId, "react") ?? closed(draft));
    if (refusal) return { refused: refusal };
    const found = targetIn(draft, targetSeq);
    if ("refused" in found) return found;
    const redacted = ifRedacted(found.target);
    if (redacted) return { refused: redacted };
    const isOn = found.target.reactions.some((one) => one.principalId === senderId && one.emoji === emoji);
    if (isOn === on) return unchanged({ changed: false });
    return { entries: [{ type: "reaction", targetSeq, body: { emoji, on } }], answer: () => ({ changed: true }) };
  },
};

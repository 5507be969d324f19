import { changesTarget, type Rules, unchanged } from "../command.ts";
import { closed, permit } from "../permit.ts";
import { targetIn } from "../target.ts";

/** A message's text is taken back: by its author while he may post, or by an owner. */
export const redact: Rules<"redact"> = {
  ...changesTarget,

  decide(draft, { senderId, target: posted, reason }) {
    const stranger = permit(draft, senderId, "react");
    if (stranger) return { refused: stranger };
    const found = targetIn(draft, posted);
    if ("refused" in found) return found;
    const own = found.target.senderId === senderId;
    const refusal = permit(draft, senderId, own ? "post" : "redact another's") ?? closed(draft);
    if (refusal) return { refused: refusal };
    if (found.target.redacted) return unchanged({ changed: false });
    return {
      entries: [{ type: "redact", targetSeq: found.target.seq, body: reason ? { reason } : {} }],
      answer: () => ({ changed: true }),
    };
  },
};

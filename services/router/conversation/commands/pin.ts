import { changesTarget, type Rules, unchanged } from "../command.ts";
import { closed, permit } from "../permit.ts";
import { ifRedacted, targetIn } from "../target.ts";

/** A message is pinned for all, or no longer. */
export const pin: Rules<"pin"> = {
  ...changesTarget,

  decide(draft, { senderId, target: posted, on }) {
    const refusal = permit(draft, senderId, "pin") ?? closed(draft);
    if (refusal) return { refused: refusal };
    const found = targetIn(draft, posted);
    if ("refused" in found) return found;
    const redacted = ifRedacted(found.target);
    if (redacted) return { refused: redacted };
    if (found.target.pinned === on) return unchanged({ changed: false });
    return { entries: [{ type: "pin", targetSeq: found.target.seq, body: { on } }], answer: () => ({ changed: true }) };
  },
};

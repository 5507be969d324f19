import { canonical } from "../../../../contract/chain.ts";
import { refused } from "../../../../contract/errors.ts";
import { changesTarget, type Rules, unchanged } from "../command.ts";
import { messageBody, tooManyMentions } from "../message-body.ts";
import { closed, permit } from "../permit.ts";
import { ifRedacted, targetIn } from "../target.ts";

/** A message's new version, by its author while he may post. */
export const edit: Rules<"edit"> = {
  ...changesTarget,

  decide(draft, command) {
    const forbidden = command.imported ? undefined : permit(draft, command.senderId, "post");
    if (forbidden) return { refused: forbidden };
    const found = targetIn(draft, command.target);
    if ("refused" in found) return found;
    const { target } = found;
    if (target.senderId !== command.senderId && !command.imported)
      return { refused: refused("forbidden", "Only its author edits a message") };
    const shut = (command.imported ? undefined : closed(draft)) ?? ifRedacted(target);
    if (shut) return { refused: shut };

    const data = command.data === undefined ? target.data : (command.data ?? undefined);
    const same = target.text === command.text && canonical(target.data ?? null) === canonical(data ?? null);
    // What an import says was edited was edited, though we know no earlier text.
    if (same && !command.imported) return unchanged({ changed: false });
    const mentions = command.mentionable.filter((id) => draft.members.has(id));
    const crowd = tooManyMentions(mentions);
    if (crowd) return { refused: crowd };
    const body = messageBody({ text: command.text, data }, command.salt, mentions);
    return { entries: [{ type: "edit", targetSeq: target.seq, body }], answer: () => ({ changed: true }) };
  },
};

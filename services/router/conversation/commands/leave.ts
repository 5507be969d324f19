import { strangerRefusal } from "../../../../contract/conversation.ts";
import { type Refusal, refused } from "../../../../contract/errors.ts";
import type { Leave, Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import { closed, fixed, isLastOwner, permit, whileImporting, whileInGroup } from "../permit.ts";
import type { Draft } from "../state.ts";

/** One leaves, or is removed by an owner. */
export const leave: Rules<"leave"> = {
  key: ({ commandId }) => ({ commandId }),

  decide(draft, command) {
    const { principalId } = command;
    const refusal = command.imported ? undefined : refusalOf(draft, command);
    if (refusal) return { refused: refusal };
    if (!draft.members.has(principalId)) return unchanged({ principalId, changed: false });
    return {
      entries: [{ type: "leave", body: { principalId } }],
      answer: () => ({ principalId, changed: true }),
    };
  },

  // An import asks what is new; anybody else gets the first answer still.
  repeat: (_draft, { principalId, imported }) => unchanged({ principalId, changed: !imported }),
};

function refusalOf(draft: Draft, { principalId, senderId }: Leave): Refusal | undefined {
  const own = principalId === senderId;
  if (!draft.settings || !draft.members.has(senderId)) return refused(...strangerRefusal(draft.settings));
  const forbidden = own
    ? (whileImporting(draft) ?? whileInGroup(draft))
    : (permit(draft, senderId, "remove") ?? closed(draft));
  if (forbidden) return forbidden;
  if (!draft.members.has(principalId)) return refused("not-found", "There is no such member");
  if (isLastOwner(draft, principalId)) return refused("last-owner", "The last owner stays while others are in it");
  return fixed(draft.settings);
}

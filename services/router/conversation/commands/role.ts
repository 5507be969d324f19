import { strangerRefusal } from "../../../../contract/conversation.ts";
import { refused } from "../../../../contract/errors.ts";
import type { Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import { closed, fixed, isLastOwner, permit } from "../permit.ts";
import { membership } from "./join.ts";

export const role: Rules<"role"> = {
  key: ({ commandId }) => ({ commandId }),

  decide(draft, { principalId, senderId, role: wanted }) {
    if (!draft.settings) return { refused: refused(...strangerRefusal(null)) };
    const forbidden = permit(draft, senderId, "change roles") ?? closed(draft);
    if (forbidden) return { refused: forbidden };
    const member = membership(draft, principalId, false);
    if (!member) return { refused: refused("not-found", "There is no such member") };
    const shut = fixed(draft.settings);
    if (shut) return { refused: shut };
    if (member.role === wanted) return unchanged(member);
    if (isLastOwner(draft, principalId))
      return { refused: refused("last-owner", "The last owner stays one while others are in it") };
    return {
      entries: [{ type: "role", body: { principalId, role: wanted } }],
      answer: () => ({ ...member, role: wanted, changed: true }),
    };
  },

  repeat(draft, { principalId, role: wanted }, first) {
    const joinedSeq = draft.members.get(principalId)?.joinedSeq ?? first.seq;
    return unchanged({ principalId, role: wanted, joinedSeq, changed: true });
  },
};

import type { Membership } from "../../../../contract/actions.ts";
import { strangerRefusal } from "../../../../contract/conversation.ts";
import { type Refusal, refused } from "../../../../contract/errors.ts";
import type { Join, Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import { closed, fixed, mayGive, permit, usualRole } from "../permit.ts";
import type { Draft } from "../state.ts";

/** One joins by oneself what is public, and is invited by a member to anything else. */
export const join: Rules<"join"> = {
  key: ({ commandId }) => ({ commandId }),

  decide(draft, command) {
    const { principalId, senderId } = command;
    const refusal = command.imported ? undefined : refusalOf(draft, command);
    if (refusal) return { refused: refusal };
    const already = membership(draft, principalId, false);
    if (already) return unchanged(already);
    if (!draft.settings) return { refused: refused(...strangerRefusal(null)) };
    const role = command.role ?? usualRole(draft.settings);
    const shut = command.imported
      ? undefined
      : (closed(draft) ?? fixed(draft.settings) ?? tooHigh(draft, senderId, role));
    if (shut) return { refused: shut };
    return {
      entries: [{ type: "join", body: { principalId, role } }],
      answer: ([entry]) => ({ principalId, role, joinedSeq: entry?.seq ?? 0, changed: true }),
    };
  },

  repeat(draft, { principalId, role, imported }, first) {
    // An import asks what is new; anybody else gets the first answer still, also who is gone since.
    const changed = !imported;
    return unchanged(
      membership(draft, principalId, changed) ?? {
        principalId,
        role: role ?? "member",
        joinedSeq: first.seq,
        changed,
      },
    );
  },
};

function refusalOf(draft: Draft, { principalId, senderId }: Join): Refusal | undefined {
  if (principalId !== senderId) return permit(draft, senderId, "invite");
  if (draft.members.has(senderId) || (draft.settings && !draft.settings.private)) return undefined;
  return refused(...strangerRefusal(draft.settings));
}

/** Who joins by himself has no role yet: he takes the usual one. */
function tooHigh(draft: Draft, senderId: string, role: Membership["role"]): Refusal | undefined {
  const own = draft.members.get(senderId)?.role ?? (draft.settings && usualRole(draft.settings));
  return own && mayGive(own, role) ? undefined : refused("forbidden", "Nobody gives a role above his own");
}

export function membership(draft: Draft, principalId: string, changed: boolean): Membership | undefined {
  const member = draft.members.get(principalId);
  return member && { principalId, ...member, changed };
}

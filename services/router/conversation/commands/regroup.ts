import type { Decided, Regroup, Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import type { Draft } from "../state.ts";

/**
 * A group's members become those wished for, by as many entries as a turn takes: the next command goes on where this one
 * ends. Archived or not; and a group needs no owner.
 */
export const regroup: Rules<"regroup"> = {
  key: ({ commandId }) => ({ commandId }),

  decide(draft, command) {
    const created = draft.settings === null;
    const entries: Decided[] = created ? [creation(command)] : [];
    for (const change of differences(draft, command)) {
      if (entries.length === command.most) return { entries, answer: () => ({ done: false, created }) };
      entries.push(change);
    }
    return { entries, answer: () => ({ done: true, created }) };
  },

  // It is done; whether it was the last is seen by the next.
  repeat: () => unchanged({ done: false, created: false }),
};

const creation = ({ name }: Regroup): Decided => ({ type: "create", body: { kind: "broadcast", private: true, name } });

/** Who is no longer wished for goes first. */
function* differences({ members }: Draft, { wished }: Regroup): Generator<Decided> {
  for (const principalId of members.keys())
    if (!wished.has(principalId)) yield { type: "leave", body: { principalId } };
  for (const [principalId, role] of wished) {
    const member = members.get(principalId);
    if (!member) yield { type: "join", body: { principalId, role } };
    else if (member.role !== role) yield { type: "role", body: { principalId, role } };
  }
}

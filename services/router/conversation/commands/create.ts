import { refused } from "../../../../contract/errors.ts";
import type { Answers, Create, Decided, Decision, Rules } from "../command.ts";
import { unchanged } from "../command.ts";
import { claimText, type Draft, type Settings } from "../state.ts";

export const create: Rules<"create"> = {
  key: ({ commandId }) => ({ commandId }),

  decide(draft, command) {
    if (draft.settings) return again(draft, draft.settings, command);
    const { claim } = command;
    const holder = claim && draft.taken.get(claimText(claim));
    // An import's entries are for the conversation that it names, and for no other.
    if (typeof holder === "string" && command.imported)
      return { refused: refused("conflict", "The two have a direct conversation already") };
    if (typeof holder === "string") return unchanged({ conversationId: holder, created: false });
    if (holder === null) return { refused: refused("conflict", `The name ${command.name} is taken`) };
    return {
      claim,
      entries: [creation(command), ...command.members.map((body): Decided => ({ type: "join", body }))],
      answer: () => ({ conversationId: draft.conversationId, created: true }),
    };
  },

  // Who created it elsewhere may be told otherwise by a later archive; its key says that it is the same.
  repeat: (draft, command) =>
    command.imported
      ? unchanged({ conversationId: draft.conversationId, created: false })
      : again(draft, draft.settings, command),
};

/** The id is given by who creates: the same from him is a repeat, from anybody else a collision. */
function again(draft: Draft, settings: Settings | null, { senderId, kind }: Create): Decision<Answers["create"]> {
  if (settings?.creatorId === senderId && settings.kind === kind)
    return unchanged({ conversationId: draft.conversationId, created: false });
  return { refused: refused("conflict", "The id is taken") };
}

function creation({ kind, private: isPrivate, name, purpose }: Create): Decided {
  return { type: "create", body: { kind, private: isPrivate, ...(name && { name }), ...(purpose && { purpose }) } };
}

import type { Imported } from "../../../contract/actions.ts";
import type { Claim } from "../../../contract/append.ts";
import { directKey } from "../../../contract/conversation.ts";
import type { Role } from "../../../contract/entry.ts";
import type { Command } from "../conversation/command.ts";
import { usualRole } from "../conversation/permit.ts";
import { salt } from "./salt.ts";

/** An import's commands, at their times, with nothing to be refused but what can't be. */
export function prepareImport(command: Imported, last: boolean): Command {
  const { at, ...rest } = command;
  const imported = { at, last };
  switch (rest.type) {
    case "post":
      return { ...rest, imported, mentionable: rest.mentions, salt: salt() };
    case "create":
      return {
        ...rest,
        imported,
        members: rest.members.map((principalId) => ({ principalId, role: roleOf(principalId, rest) })),
        claim: claimOf(rest),
      };
    case "edit":
      // The whole new version: what it doesn't have was removed.
      return { ...rest, imported, data: rest.data ?? null, mentionable: rest.mentions, salt: salt() };
    case "react":
      return { ...rest, imported, on: true };
    default:
      return { ...rest, imported };
  }
}

type Create = Omit<Extract<Imported, { type: "create" }>, "at">;

/** A direct conversation has no owner. */
const roleOf = (principalId: string, { kind, senderId }: Create): Role =>
  kind !== "direct" && principalId === senderId ? "owner" : usualRole({ kind });

function claimOf({ kind, name, members, senderId }: Create): Claim | undefined {
  const [one, other = one] = members;
  if (kind === "direct") return one && other ? { directKey: directKey(one, other) } : undefined;
  return name && kind !== "room" ? { name, creatorId: senderId } : undefined;
}

import type { Imported } from "../../../contract/actions.ts";
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
        members: rest.members.map((principalId) => ({
          principalId,
          role: principalId === rest.senderId ? ("owner" as const) : usualRole(rest),
        })),
        ...(rest.name && rest.kind !== "room" && { claim: { name: rest.name, creatorId: rest.senderId } }),
      };
    default:
      return { ...rest, imported };
  }
}

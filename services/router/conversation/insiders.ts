import type { Command } from "./command.ts";
import type { State } from "./state.ts";

/**
 * The commands of those who may be members when their turn comes, and of who needs not be one. What the others name is not
 * looked up: they are refused whatever there is, and how long that takes must not tell them (G5).
 */
export function ofInsiders(state: State, commands: readonly Command[]): Command[] {
  const coming = new Set<string>();
  const isIn = (principalId: string) => state.members.has(principalId) || coming.has(principalId);
  return commands.filter((command) => {
    const { senderId, imported } = command;
    if (command.type === "join" && (isIn(senderId) || !state.settings?.private)) coming.add(command.principalId);
    return isIn(senderId) || imported !== undefined || (command.type === "post" && command.viaTopic?.bound);
  });
}

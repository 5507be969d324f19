import type { CommandKey } from "../../../contract/append.ts";
import type { Answer, Command, Decision } from "./command.ts";
import { rulesOf } from "./commands.ts";
import { type Draft, rememberedIn } from "./state.ts";

export const keyOf = (command: Command): CommandKey => rulesOf(command).key(command);

export const refersTo = (command: Command): number[] => rulesOf(command).refersTo?.(command) ?? [];

/**
 * What a command comes to on a draft: entries to write, or none, or a refusal. Pure: time, salts and ids are in the
 * command. A command whose key is in the log is a repeat and gets the first answer.
 */
export function decide(draft: Draft, command: Command): Decision<Answer> {
  const rules = rulesOf(command);
  const first = rememberedIn(draft, rules.key(command));
  return first ? rules.repeat(draft, command, first) : rules.decide(draft, command);
}

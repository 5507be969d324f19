import type { Target } from "../../../contract/append.ts";
import { type Refusal, refused } from "../../../contract/errors.ts";
import type { Draft } from "./state.ts";

/** The message that a command changes, or why it can't be. */
export function targetIn(draft: Draft, seq: number): { target: Target } | { refused: Refusal } {
  const target = draft.targets.get(seq);
  return target ? { target } : { refused: refused("not-found", "There is no such message") };
}

export const ifRedacted = ({ redacted }: Target): Refusal | undefined =>
  redacted ? refused("redacted", "The message is redacted") : undefined;

import type { Target } from "../../../contract/append.ts";
import { type Refusal, refused } from "../../../contract/errors.ts";
import type { Posted } from "./command.ts";
import { type Draft, rememberedIn } from "./state.ts";

/** The message that a command changes, or why it can't be. */
export function targetIn(draft: Draft, posted: Posted): { target: Target } | { refused: Refusal } {
  const seq = typeof posted === "number" ? posted : rememberedIn(draft, posted)?.seq;
  const target = seq === undefined ? undefined : draft.targets.get(seq);
  return target ? { target } : { refused: refused("not-found", "There is no such message") };
}

export const ifRedacted = ({ redacted }: Target): Refusal | undefined =>
  redacted ? refused("redacted", "The message is redacted") : undefined;

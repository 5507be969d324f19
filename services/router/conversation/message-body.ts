import type { Body, Data } from "../../../contract/entry.ts";
import { type Refusal, refused } from "../../../contract/errors.ts";
import { MENTIONS } from "../../../contract/limits.ts";

/** The body of a message or of a new version of it; what is absent is left out, so that the canonical form lacks it. */
export const messageBody = (
  { text, data }: { text: string; data?: Data },
  salt: string,
  mentions: string[] = [],
): Body<"message"> => ({ text, ...(data && { data }), ...(mentions.length > 0 && { mentions }), salt });

export function tooManyMentions(mentions: string[]): Refusal | undefined {
  if (mentions.length <= MENTIONS) return undefined;
  const errors = [{ field: "text", message: `must not mention more than ${MENTIONS} members` }];
  return refused("validation", "Too many are mentioned", { errors });
}

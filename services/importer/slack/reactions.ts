import { createHash } from "node:crypto";
import type { SlackRecord } from "./records.ts";
import { wellFormed } from "./well-formed.ts";

/** Code points of a reaction's emoji. */
const EMOJI_CODE_POINTS = 32;

export type Reacted = { emoji: string; slackId: string; key: string };

/**
 * Who reacted to a message, each with what. Slack's name for an emoji stays its name: which picture a workspace had for
 * it, its export doesn't say.
 * @returns also how many users Slack has not named, and how many names were cut
 */
export function reactionsOf({ reactions }: SlackRecord): { reacted: Reacted[]; unnamed: number; cut: number } {
  const reacted = new Map<string, Reacted>();
  let unnamed = 0;
  let cut = 0;
  for (const { name, users, count } of reactions ?? []) {
    const emoji = emojiOf(name);
    const who = new Set(users);
    unnamed += Math.max(0, (count ?? 0) - who.size);
    if ([...name].length > EMOJI_CODE_POINTS) cut += 1;
    for (const slackId of who) {
      const key = `reaction:${createHash("sha256").update(emoji).digest("hex").slice(0, 16)}:${slackId}`;
      reacted.set(key, { emoji, slackId, key });
    }
  }
  return { reacted: [...reacted.values()], unnamed, cut };
}

/** Without what an emoji may not have: control characters, white space and `/`. */
const emojiOf = (name: string): string =>
  [...wellFormed(name).replace(/[\p{Cc}\p{Z}/]+/gu, "-")].slice(0, EMOJI_CODE_POINTS).join("");

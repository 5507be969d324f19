import Type from "typebox";
import { TOPIC_CHARACTERS, TOPIC_TOKENS } from "./limits.ts";

/**
 * Topics, and patterns over them as NATS has them: `*` stands for one token, a last `>` for one or more.
 * (https://docs.nats.io/nats-concepts/subjects#wildcards) Tokens compare by their bytes.
 */

const TOKEN = "[a-zA-Z0-9_-]+";
const most = TOPIC_TOKENS - 1;
const TOPIC = `^(?:${TOKEN}\\.){0,${most}}${TOKEN}$`;
const PATTERN = `^(?:(?:${TOKEN}|\\*)\\.){0,${most}}(?:${TOKEN}|\\*|>)$`;

export const Topic = Type.String({ maxLength: TOPIC_CHARACTERS, pattern: TOPIC });
export const TopicPattern = Type.String({ maxLength: TOPIC_CHARACTERS, pattern: PATTERN });

/** Any one token, and all that follow. */
export const ONE = "*";
export const REST = ">";

const topicPattern = new RegExp(TOPIC);
export const isTopic = (text: string): boolean => text.length <= TOPIC_CHARACTERS && topicPattern.test(text);

/** Whether a topic is one of those that a pattern means; both are well-formed. */
export function matches(pattern: string, topic: string): boolean {
  const wanted = pattern.split(".");
  const tokens = topic.split(".");
  if (wanted.at(-1) === REST) {
    wanted.pop();
    if (tokens.length <= wanted.length) return false;
  } else if (tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => token === ONE || token === tokens[index]);
}

import fc from "fast-check";
import { Compile } from "typebox/compile";
import { TopicPattern } from "../../contract/topic.ts";

const validator = Compile(TopicPattern);
export const isPattern = (text: string): boolean => validator.Check(text);

/** Few tokens, so that topics and patterns meet often. */
const token = fc.constantFrom("a", "b", "A");
export const topics = fc.array(token, { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join("."));
export const patterns = fc
  .tuple(fc.array(fc.oneof(token, fc.constant("*")), { maxLength: 4 }), fc.oneof(token, fc.constantFrom("*", ">")))
  .map(([tokens, last]) => [...tokens, last].join("."));

/** Whether a pattern's tokens mean a topic's, word by word after NATS's description of its wildcards. */
export function meant([wanted, ...others]: string[], [token, ...rest]: string[]): boolean {
  if (wanted === undefined || token === undefined) return wanted === token;
  if (wanted === ">") return others.length === 0;
  return (wanted === "*" || wanted === token) && meant(others, rest);
}

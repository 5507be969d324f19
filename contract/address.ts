import { isId } from "./scalars.ts";
import { isTopic } from "./topic.ts";

/** What one sends to. */
export type Address =
  | { kind: "conversation"; id: string }
  | { kind: "name"; name: string }
  | { kind: "principal"; handle: string }
  /** The group's own conversation. */
  | { kind: "group"; name: string }
  /** Every conversation that is bound to it. */
  | { kind: "topic"; topic: string };

const NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;
const HANDLE = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const GROUP = "group:";
const TOPIC = "topic:";

/**
 * Parses `#channel`, `@handle`, `group:name` (both folded), `topic:a.b` or a conversation id; undefined when it is none
 * of them.
 */
export function parseAddress(text: string): Address | undefined {
  const rest = text.slice(1);
  if (text.startsWith("#")) return NAME.test(rest) ? { kind: "name", name: rest } : undefined;
  if (text.startsWith("@")) {
    const handle = rest.toLowerCase();
    return HANDLE.test(handle) ? { kind: "principal", handle } : undefined;
  }
  if (text.startsWith(GROUP)) {
    const name = text.slice(GROUP.length).toLowerCase();
    return HANDLE.test(name) ? { kind: "group", name } : undefined;
  }
  if (text.startsWith(TOPIC)) {
    const topic = text.slice(TOPIC.length);
    return isTopic(topic) ? { kind: "topic", topic } : undefined;
  }
  return isId(text) ? { kind: "conversation", id: text } : undefined;
}

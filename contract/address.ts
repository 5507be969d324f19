import { isId } from "./scalars.ts";

/** What one sends to. Groups and topics take their place here. */
export type Address =
  | { kind: "conversation"; id: string }
  | { kind: "name"; name: string }
  | { kind: "principal"; handle: string };

const NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;
const HANDLE = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** Parses `#channel`, `@handle` (upper case folded) or a conversation id; undefined when it is none of them. */
export function parseAddress(text: string): Address | undefined {
  const rest = text.slice(1);
  if (text.startsWith("#")) return NAME.test(rest) ? { kind: "name", name: rest } : undefined;
  if (text.startsWith("@")) {
    const handle = rest.toLowerCase();
    return HANDLE.test(handle) ? { kind: "principal", handle } : undefined;
  }
  return isId(text) ? { kind: "conversation", id: text } : undefined;
}

import { refuse } from "../../contract/errors.ts";
import { JSON_DEPTH } from "../../contract/limits.ts";

/**
 * I-JSON (RFC 7493), checked on the bytes: what JSON.parse lets pass silently (invalid UTF-8, a key twice) or as
 * something else (1e400 as Infinity) would be stored as other than it was sent, or not be hashable.
 */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const malformed = (detail: string) => refuse("validation", detail, { errors: [{ field: "body", message: detail }] });

/**
 * A request body.
 * @throws validation
 */
export function readIJson(bytes: Uint8Array): unknown {
  const value = parseJson(bytes);
  const fault = iJsonFault(value);
  if (fault) throw malformed(fault);
  return value;
}

/**
 * The text's value, in which each key stood once; what else I-JSON asks is for `iJsonFault` to say.
 * @throws validation when the bytes are not UTF-8, not JSON, or an object has a key twice
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decoded(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("The body must be JSON");
  }
  // Each member of the text has one colon; of two members of one name JSON.parse keeps one.
  if (colons(text) !== inspect(value, Number.POSITIVE_INFINITY).members) throw malformed("A key stands twice");
  return value;
}

/** What a JSON value has that I-JSON forbids, or more than 32 levels; undefined when there is nothing. */
export const iJsonFault = (value: unknown): string | undefined => inspect(value, JSON_DEPTH).fault;

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("The body must be UTF-8");
  }
}

/** Colons outside of strings. The text is known to be JSON. */
function colons(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === COLON) count++;
    else if (character === QUOTE) at = endOfString(text, at);
  }
  return count;
}

const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  for (;;) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
}

type Finding = { members: number; fault: string | undefined };

/** Walks with a stack of its own: a text may nest deeper than the machine's. */
function inspect(root: unknown, depth: number): Finding {
  let members = 0;
  let fault: string | undefined;
  const waiting: [value: unknown, level: number][] = [[root, 1]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, level] = next;
    if (typeof value !== "object" || value === null) {
      fault ??= scalarFault(value);
      continue;
    }
    if (level > depth) fault ??= `Nested deeper than ${depth} levels`;
    if (Array.isArray(value)) {
      for (const item of value) waiting.push([item, level + 1]);
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      members++;
      fault ??= scalarFault(key);
      waiting.push([item, level + 1]);
    }
  }
  return { members, fault };
}

function scalarFault(value: unknown): string | undefined {
  if (typeof value === "string") {
    if (!value.isWellFormed()) return "A string has a lone surrogate";
    if (value.includes("\0")) return "A string has a NUL";
  }
  if (typeof value === "number" && !Number.isFinite(value)) return "A number is beyond the range of a double";
  return undefined;
}

import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Entry, WireEntry } from "./entry.ts";
import type { Head } from "./scalars.ts";

/** The predecessor's hash of a conversation's first entry. */
export const GENESIS = "0".repeat(64);
/** The head of a conversation that has no entry yet. */
export const NOTHING: Head = { seq: 0, hash: GENESIS };

/**
 * RFC 8785 (JSON Canonicalization Scheme): the one text of a JSON value.
 * @throws Error when the value is no I-JSON (a lone surrogate, a number that is not finite).
 */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("no JSON value");
  return text;
}

/** Hex SHA-256 of a text's UTF-8 bytes. */
export const sha256 = (text: string): string => hash("sha256", text, "hex");

export const bodyHashOf = (body: Entry["body"]): string => sha256(canonical(body));

/** An entry before it has its place in the chain. */
export type Unlinked = Entry extends infer E
  ? E extends Entry
    ? Omit<E, "seq" | "bodyHash" | "prevHash" | "hash">
    : never
  : never;

/** Hash of an entry: all of it but `body` (which `bodyHash` stands for) and `hash` itself. */
export function entryHash(entry: Omit<WireEntry, "hash">): string {
  const { body: _body, ...line } = entry;
  return sha256(canonical({ ...line, hash: undefined }));
}

/** Gives an entry its place behind `head`. */
export function link(head: Head, unlinked: Unlinked): Entry {
  const line = {
    ...unlinked,
    seq: head.seq + 1,
    bodyHash: bodyHashOf(unlinked.body),
    prevHash: head.hash,
  };
  return { ...line, hash: entryHash(line) };
}

/** What can be wrong with one entry of a chain. */
export type LinkFault = "body-hash" | "hash" | "prev-hash" | "missing";

/**
 * Checks an entry against its predecessor. `body` is the text that is stored (RFC 8785 form), or null where it was
 * removed.
 */
export function linkFault(previous: Head, entry: WireEntry, body: string | null): LinkFault | undefined {
  if (entry.seq !== previous.seq + 1) return "missing";
  if (body === null || sha256(body) !== entry.bodyHash) return "body-hash";
  if (entryHash(entry) !== entry.hash) return "hash";
  if (entry.prevHash !== previous.hash) return "prev-hash";
  return undefined;
}

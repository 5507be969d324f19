import { canonical } from "./chain.ts";
import { refuse } from "./errors.ts";
import { DATA_BYTES } from "./limits.ts";

/** An escaped NUL in a canonical text: a `\u0000` behind an even number of backslashes. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;

const malformed = (field: string, message: string) =>
  refuse("validation", `${field} ${message}`, { errors: [{ field, message }] });

/**
 * I-JSON (RFC 7493) for what a schema can't say: the gateway checks its requests, this everybody's.
 * @throws validation for a lone surrogate or NUL
 */
export function checkText(field: string, text: string): void {
  if (!text.isWellFormed()) throw malformed(field, "must not contain lone surrogates");
  if (text.includes("\0")) throw malformed(field, "must not contain NUL");
}

/** @throws validation for what is no I-JSON, or larger than 32 KiB in RFC 8785 form */
export function checkData(data: unknown): void {
  const text = canonicalOf(data);
  if (text === undefined || NUL.test(text)) throw malformed("data", "must be I-JSON (RFC 7493)");
  if (Buffer.byteLength(text) > DATA_BYTES) throw malformed("data", `must not exceed ${DATA_BYTES} bytes`);
}

/** @throws validation */
export function checkMessage({ text, data }: { text: string; data?: unknown }): void {
  checkText("text", text);
  if (data !== undefined) checkData(data);
}

function canonicalOf(data: unknown): string | undefined {
  try {
    return canonical(data);
  } catch {
    return undefined;
  }
}

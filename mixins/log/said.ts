import { CannotStart } from "../../contract/errors.ts";

/** What a line of log says: a sentence, and the error that it speaks of. */
export type Said = { text: string; error?: Error };

/**
 * Of what is handed to a logger, what may be kept: a sentence, which we or Moleculer have written, and an error. Anything
 * else, a call's parameters or a packet's content, holds what people write, and has no place in a log.
 */
export function said(details: readonly unknown[]): Said {
  const error = details.find((detail) => detail instanceof Error);
  const [first] = details;
  const text = typeof first === "string" ? first : (error?.message ?? "");
  return error === undefined ? { text } : { text, error };
}

/** An error's stack, and those of its causes: none of the fields that others have put on it. */
export function stackOf(error: Error): string {
  // Its sentence is the text already; a stack would bury it.
  if (error instanceof CannotStart) return error.message;
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

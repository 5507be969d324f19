import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { refuse } from "./errors.ts";

/** Cursors of lists: opaque to clients, a position among the list's keys to us. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString("base64url");

/** @returns a decoder for one list's cursors; it throws `validation` when a cursor is none of this list. */
export function cursorDecoder<T extends TSchema>(schema: T): (cursor: string) => Static<T> {
  const validator = Compile(schema);
  return (cursor) => {
    const position = parsed(cursor);
    if (validator.Check(position)) return position;
    throw refuse("validation", "The cursor is not one of this list", {
      errors: [{ field: "cursor", message: "must be the `next` of a page of this list" }],
    });
  };
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

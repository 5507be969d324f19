import Type, { type Static } from "typebox";
import { PAGE_ITEMS } from "./limits.ts";

/** UUIDv7 (RFC 9562), lower case: ids sort by their time of birth. */
const ID = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
export const Id = Type.String({ pattern: ID });
const idPattern = new RegExp(ID);
export const isId = (text: string): boolean => idPattern.test(text);

/** Position in a conversation's log, from 1 without a gap. */
export const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/** A reader's position: 0 is before the first entry. */
export const CursorSeq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Days that there are, of the years 1 to 9999: a database takes no other, nor does RFC 3339 (5.7). */
const YEAR = "(\\d{3}[1-9]|\\d\\d[1-9]\\d|\\d[1-9]\\d\\d|[1-9]\\d{3})";
const COMMON = "(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8])";
const FOURTH = "(0[48]|[2468][048]|[13579][26])";
const LEAP = `(\\d\\d${FOURTH}|${FOURTH}00)-02-29`;
/** RFC 3339, UTC, milliseconds. */
export const Time = Type.String({
  pattern: `^(${YEAR}-(${COMMON})|${LEAP})T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$`,
});
/** Hex SHA-256. */
export const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** What a sender calls a message, so that a repeat is recognised. */
export const ClientMessageId = Type.String({ pattern: "^[\\x21-\\x7e]{1,64}$" });
/** What a caller calls any other command, for the same reason. Not shown to clients. */
export const CommandId = Type.String({ pattern: "^[\\x21-\\x7e]{1,100}$" });

/** `@ana`: a principal wherever one is addressed. */
export const PrincipalAddress = Type.String({ pattern: "^@[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}$" });
/** The bare form of a handle, as objects show it. */
export const Handle = Type.String({ pattern: "^[a-z0-9][a-z0-9._-]{0,31}$" });

export const Limit = Type.Integer({ minimum: 1, maximum: PAGE_ITEMS });
export const Cursor = Type.String({ minLength: 1, maxLength: 512 });

/** A page of a list; only `next: null` ends a list. */
export const Page = <T extends Type.TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });
export type Page<T> = { items: T[]; next: string | null };

/** A conversation's last entry; `seq` 0 and 64 zeros before the first. */
export const Head = Type.Object({ seq: CursorSeq, hash: Hash });
export type Head = Static<typeof Head>;

/** An object that takes no field it does not name. */
export const Strict = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

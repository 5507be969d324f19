import Type, { type Static, type TSchema } from "typebox";
import { Id, Seq, Strict, Time } from "../scalars.ts";
import { paging } from "./parts.ts";

/** A place in a snippet, in UTF-16 units. */
const Place = Type.Integer({ minimum: 0 });

/** From and to. (A tuple's schema is none that OpenAPI's linters know.) */
const Range = Type.Unsafe<[from: number, to: number]>(Type.Array(Place, { minItems: 2, maxItems: 2 }));

/** A message that was found. */
export const Found = Type.Object({
  conversationId: Id,
  seq: Seq,
  senderId: Id,
  sentAt: Time,
  /** A part of its text, as plain text. */
  snippet: Type.String(),
  /** Where the snippet matches: from and to, in UTF-16 units. */
  highlights: Type.Array(Range),
});
export type Found = Static<typeof Found>;

export const FoundPage = Type.Object({
  items: Type.Array(Found),
  next: Type.Union([Type.String(), Type.Null()]),
  /** How many entries of the caller's own conversations are not indexed yet. */
  behind: Type.Integer({ minimum: 0 }),
});
export type FoundPage = Static<typeof FoundPage>;

export const search = {
  /** Messages of the caller's conversations, in the language of docs/search.md. */
  "search.query": {
    params: Strict({
      q: Type.String({ minLength: 1, maxLength: 512 }),
      sort: Type.Optional(Type.Union([Type.Literal("relevance"), Type.Literal("newest")])),
      ...paging,
    }),
    result: FoundPage,
  },
  /** For operators: builds the index anew beside the old one, and puts it in its place. */
  "search.reindex": { params: Strict({}), result: Type.Object({ entries: Type.Integer(), seconds: Type.Number() }) },
} as const satisfies Record<string, { params: TSchema; result: TSchema }>;

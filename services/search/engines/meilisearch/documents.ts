import { hash } from "node:crypto";
import Type, { type Static } from "typebox";
import type { LogCursor, MessageKey } from "../../../../contract/actions/readers.ts";
import { termsOf } from "../../text/terms.ts";
import { type Document, hasLink } from "../engine.ts";

/** The attribute that Meilisearch tells documents apart by. */
export const KEY = "id";

/** A message as Meilisearch has it. */
const Message = Type.Object({
  id: Type.String(),
  conversation: Type.String(),
  seq: Type.Integer(),
  /** The conversation as a number, short in filters, and an order for what was sent in the same millisecond. */
  place: Type.Integer(),
  sender: Type.String(),
  /** Milliseconds since 1970. */
  at: Type.Integer(),
  version: Type.Integer(),
  /** In their order, as often as they stand there. */
  terms: Type.Array(Type.String()),
  link: Type.Boolean(),
  thread: Type.Boolean(),
});
export type Message = Static<typeof Message>;

/** A message as it is asked for; with its terms where they are looked into. */
export const Row = Type.Object({
  ...Type.Pick(Message, ["conversation", "seq", "place", "at", "version"]).properties,
  terms: Type.Optional(Message.properties.terms),
});
export type Row = Static<typeof Row>;

/** What the index says of itself: documents that are no messages, so that they live and die with it. */
export const Generation = Type.Object({
  id: Type.Literal("generation"),
  mark: Type.Literal("generation"),
  /** Another one whenever the index is made anew: what was known of it holds no more. */
  generation: Type.String(),
  version: Type.Integer(),
});
export type Generation = Static<typeof Generation>;

/** How far a log is indexed; of another generation than the index it says nothing. */
export const Cursor = Type.Object({
  id: Type.String(),
  mark: Type.Literal("cursor"),
  generation: Type.String(),
  log: Type.String(),
  seq: Type.Integer(),
});
export type Cursor = Static<typeof Cursor>;

/** How many changes a process has made: fewer than it knows of, and the index was set back. */
export const Writer = Type.Object({ id: Type.String(), mark: Type.Literal("writer"), changes: Type.Integer() });
export type Writer = Static<typeof Writer>;

export const idOf = ({ conversationId, seq }: MessageKey): string => `${conversationId}-${seq}`;

/**
 * As many bits as a number has of the id's hash. Two may have the same, so what is found is looked into; but nobody makes a
 * conversation to share a place with one that he may not see, and times what is found there (G5).
 */
export const placeOf = (conversationId: string): number =>
  Number(hash("sha256", conversationId, "buffer").readBigUInt64BE() >> 11n);

export const messageOf = (document: Document): Message => ({
  id: idOf(document),
  conversation: document.conversationId,
  seq: document.seq,
  place: placeOf(document.conversationId),
  sender: document.senderId,
  at: Date.parse(document.sentAt),
  version: document.version,
  terms: Array.from(termsOf(document.text), ({ term }) => term),
  link: hasLink(document.text),
  thread: document.thread,
});

export const cursorOf = ({ conversationId, seq }: LogCursor, generation: string): Cursor => ({
  id: `cursor-${conversationId}`,
  mark: "cursor",
  generation,
  log: conversationId,
  seq,
});

export const writerOf = (writer: string, changes: number): Writer => ({
  id: `writer-${writer}`,
  mark: "writer",
  changes,
});

/** Ids that a millisecond has room for: enough until 2248, and for more than a log writes in one. */
const ROOM = 1024;

/** The first id of a time. @param at milliseconds since 1970 */
export const idAt = (at: number): number => idOf(at * ROOM);

/** A number as an id: the nearest that there can be. */
export const idOf = (number: number): number =>
  Math.trunc(Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));

/** The milliseconds since 1970 of an id. */
export const timeOf = (id: number): number => Math.floor(id / ROOM);

/** As a tag a number is of a conversation, `c7`, or of a sender, `u7`. */
export const conversationTag = (number: number): string => `c${number}`;
export const senderTag = (number: number): string => `u${number}`;
export const LINK = "link";
export const THREAD = "thread";

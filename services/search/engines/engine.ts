import type { LogCursor, MessageKey } from "../../../contract/actions/readers.ts";
import type { Query } from "../query/ast.ts";

/** A message as it is indexed. `version` is the seq of the entry that its text is from. */
export type Document = MessageKey & {
  senderId: string;
  sentAt: string;
  version: number;
  text: string;
  /** A reply, or a message with replies. */
  thread: boolean;
};

/** An address of the web. */
const ADDRESS = /https?:\/\/\S/i;
export const hasLink = (text: string): boolean => ADDRESS.test(text);

/** What became of messages, and how far the logs were read with it. No message is named twice. */
export type Changes = {
  put: readonly Document[];
  remove: readonly MessageKey[];
  cursors: readonly LogCursor[];
};

export type Sort = "relevance" | "newest";

/** Where one found message stands in its list: numbers whose meaning is the engine's, and which clients hand back. */
export type Position = readonly number[];

/** What to look for: a query whose names are ids, and the conversations in which alone it is looked for. */
export type Lookup = Pick<Query, "phrases" | "since" | "until" | "link" | "thread"> & {
  senderId?: string;
  conversationIds: readonly string[];
  sort: Sort;
  limit: number;
  /** Behind which the list goes on; of the same sort. */
  after?: Position;
};

/** A message that was found, as it was when it was indexed. */
export type Hit = MessageKey & { version: number; position: Position };

/** What a reader of the logs fills. */
export interface Index {
  /** How far each log is indexed; of one that isn't named, nothing. */
  cursors(): Promise<LogCursor[]>;
  /**
   * All of it or nothing; the cursors are kept with what they stand for. Applied again it changes nothing.
   * @throws unavailable while it can't
   */
  apply(changes: Changes): Promise<void>;
}

/**
 * What answers. Its index may be behind, and lacks what its cursors lack; it may be lost, and then begins anew with cursors
 * at 0. What is found is checked against the log before anybody sees it.
 */
export interface Engine {
  /** Numbers of a position, by sort. */
  readonly positions: Readonly<Record<Sort, number>>;
  /** The index that answers now. One that was lost or replaced takes nothing more. */
  readonly index: Index;
  /** To be awaited before anything else. @throws CannotStart */
  open(): Promise<void>;
  /**
   * The next `limit` in the order of `sort`; fewer end the list. `relevance` may look at the newest matches only.
   * @throws unavailable in bounded time
   */
  find(lookup: Lookup): Promise<Hit[]>;
  /** Calls back when the index was lost: `index` is another, to be filled from its cursors on. */
  onLost(listener: (reason: string) => void): void;
  /** An empty index beside this one; one at a time. @throws conflict */
  rebuild(): Promise<Rebuild>;
  close(): Promise<void>;
}

export interface Rebuild extends Index {
  /** Why nothing comes of it any more: it was damaged, or somebody has removed it. */
  readonly lost: string | undefined;
  /** From now on it is the index that answers; the other is gone. Both must have been left in peace before. */
  adopt(): Promise<void>;
  /** Leaves the other as it is. */
  abandon(): Promise<void>;
}

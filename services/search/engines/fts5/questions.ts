import type { LogCursor } from "../../../../contract/actions/readers.ts";
import type { Changes, Hit } from "../engine.ts";
import type { Asked } from "./find.ts";

/** Milliseconds that a lookup may take, waiting included. */
export const PATIENCE = 3_000;

/** What an index's thread is asked, and what it answers. */
export type Question =
  | { type: "open" }
  | { type: "cursors" }
  | { type: "apply"; changes: Changes }
  | { type: "find"; lookup: Asked }
  | { type: "close" };

export type Answer =
  | { type: "done" }
  | { type: "cursors"; cursors: LogCursor[] }
  | { type: "hits"; hits: Hit[] }
  /** `damaged`: the file is no index any more. */
  | { type: "failed"; message: string; damaged: boolean };

import type { Choice, Kept } from "../../../contract/presence.ts";

/** Whether a principal has a session, as far as his owner knows: `unsure` where it may not have heard of one. */
export type Attendance = "here" | "gone" | "unsure";

/** What a command is decided on besides what is kept. */
export type Situation = { attendance: Attendance; now: string };

export type Command =
  | { type: "choose"; choice: Choice }
  /** His attendance may have changed. */
  | { type: "attend" }
  | { type: "type"; conversationId: string };

export type Event =
  | { type: "chosen"; choice: Choice }
  | { type: "appeared"; at: string }
  | { type: "vanished"; at: string };

/** Of somebody who was never here. */
export const nothingKept: Kept = { status: "online", text: null, until: null, here: false, seen: null, version: 0 };

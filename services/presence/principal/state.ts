import type { Choice } from "../../../contract/presence.ts";

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
  /** He is still here. */
  | { type: "stayed"; at: string }
  | { type: "vanished"; at: string };

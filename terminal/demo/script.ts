import type { Data } from "../../client/wirehouse.ts";

/** What is played: who, where, and line by line what happens. */
export type Script = {
  title: string;
  /** By handle. */
  people: ReadonlyMap<string, Part>;
  /** By name. */
  places: ReadonlyMap<string, Place>;
  /** Topics whose messages come to a place. */
  bindings: readonly { pattern: string; place: string }[];
  /** In the order of their times. */
  lines: readonly Line[];
  /** How many times faster than it happened, unless one says otherwise. */
  speed: number;
  /** Places that are worth a look, the one to begin with first, and words to be found there. */
  look: { places: readonly string[]; words: string };
};

export type Part = {
  handle: string;
  name: string;
  kind: "person" | "application";
  /** Patterns of the topics that it may publish to. */
  publish?: string[];
};

/** A public channel. Its `id` is its own, so that another run finds it. */
export type Place = { id: string; name: string; purpose: string };

/** What somebody does, and when: milliseconds since 1970. Messages are named by their key. */
export type Line = { at: number; by: string } & Deed;
export type Deed =
  | { does: "say"; place: string; key: string; text: string; data?: Data; replyTo?: string }
  | { does: "react"; to: string; emoji: string }
  | { does: "edit"; to: string; text: string }
  | { does: "redact"; to: string; reason: string }
  | { does: "publish"; topic: string; text: string; data?: Data }
  | { does: "appear"; status: "online" | "away" | "dnd"; text?: string };

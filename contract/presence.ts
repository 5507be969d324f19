import Type, { type Static } from "typebox";
import { STATUS_CODE_POINTS } from "./limits.ts";
import { Id, Strict, Time } from "./scalars.ts";

/** Who is here, as others see it, and what one says of oneself. */

const StatusText = Type.String({ maxLength: STATUS_CODE_POINTS });

/** What a principal chooses, for all of his sessions. `until` is when text and itself are no longer shown. */
export const Choice = Strict({
  status: Type.Union([Type.Literal("online"), Type.Literal("away"), Type.Literal("dnd"), Type.Literal("invisible")]),
  text: Type.Optional(StatusText),
  until: Type.Optional(Time),
});
export type Choice = Static<typeof Choice>;

/** What others see. Only who is offline was last seen some time ago. */
export const Presence = Type.Object({
  principalId: Id,
  status: Type.Union([Type.Literal("online"), Type.Literal("away"), Type.Literal("dnd"), Type.Literal("offline")]),
  text: Type.Optional(StatusText),
  until: Type.Optional(Time),
  lastSeen: Type.Optional(Time),
});
export type Presence = Static<typeof Presence>;

/** What is kept of a principal's presence. */
export type Kept = {
  status: Choice["status"];
  text: string | null;
  until: string | null;
  /** He is shown as here: told so, and since then nothing else. */
  here: boolean;
  /** When he was last known to be shown as here. */
  seen: string | null;
  /** Raised by each change: what was decided on another version is void. */
  version: number;
};

/** What a gateway tells a presence node, of those that the node owns. */
export type Beat = {
  gateway: string;
  /** Among which presence nodes it divides its principals. */
  nodes: string[];
  /** Who has a session there. */
  here: string[];
  /** Whose last session there ended, and how many milliseconds ago. */
  gone: { principalId: string; ago: number }[];
  /** With this message all who are there were told. */
  whole: boolean;
};

/** How many have a session, in all and at each gateway. */
export type Heads = { principals: number; gateways: Record<string, number> };

import Type from "typebox";
import { Census } from "../actors.ts";
import { LOOKUP_ITEMS } from "../limits.ts";
import { type Beat, Choice, type Heads, type Kept, Presence } from "../presence.ts";
import { Id, Page, PrincipalAddress, Strict } from "../scalars.ts";
import { internal, none } from "./parts.ts";

const Ids = Strict({ principalIds: Type.Array(Id, { maxItems: LOOKUP_ITEMS }) });

/** Presence: who is here, what he says of himself, and that he is typing. */
export const presenceActions = {
  /** What others see of these; unknown ones are left out. */
  "presence.get": {
    params: Strict({ principals: Type.Array(PrincipalAddress, { minItems: 1, maxItems: LOOKUP_ITEMS }) }),
    result: Page(Presence),
  },
  /** The caller's choice, which replaces the one before; `principalId` is filled in on the way to his actor. */
  "presence.choose": {
    params: Strict({ principalId: Type.Optional(Id), ...Choice.properties }),
    result: Choice,
  },
  /** By id, for gateways: of any node, which asks the owners. */
  "presence.states": { params: Ids, result: internal<Presence[]>() },
  /** By id, of their owner. */
  "presence.shown": { params: Ids, result: internal<Presence[]>() },
  /** The caller, whose id it is, is typing; what comes of it is told to the conversation. */
  "presence.type": { params: Strict({ principalId: Id, conversationId: Id }), result: internal<null>() },
  /** Gateways tell each presence node who of its principals is there. */
  "presence.beat": { params: internal<Beat>(), result: internal<null>() },
  /** The actors of the node that is asked, for administrators. */
  "presence.actors": { params: none, result: Census },
  /** For administrators: how many have a session, and at which gateways. */
  "presence.census": { params: none, result: internal<Heads>() },
  /** The part of it that the node which is asked owns. */
  "presence.count": { params: none, result: internal<Heads>() },
  /** For administrators: what a principal chose, what is shown of him, and the gateways where he is. */
  "presence.who": {
    params: Strict({ principalId: Type.Optional(Id), principal: Type.Optional(PrincipalAddress) }),
    result: internal<{ chosen: Choice; shown: Presence; gateways: string[] }>(),
  },

  // What persistence keeps of it.
  "persistence.presences": { params: Ids, result: internal<{ principalId: string; kept: Kept }[]>() },
  /** Kept where the version is still the one it was decided on; in the order given. */
  "persistence.keepPresences": {
    params: internal<{ changes: { principalId: string; kept: Kept }[] }>(),
    result: internal<boolean[]>(),
  },
  /** These are still here: of those that are shown so, the time is kept. @returns them */
  "persistence.seePresences": {
    params: internal<{ principalIds: string[]; at: string }>(),
    result: internal<string[]>(),
  },
  /** Who is shown as here, in pages, ascending by id. */
  "persistence.shownHere": {
    params: Strict({ after: Type.Optional(Id) }),
    result: internal<{ principalIds: string[]; next: string | null }>(),
  },
} as const;

import Type from "typebox";
import { Binding, type BindingChange, NewBinding } from "../binding.ts";
import { LOOKUP_ITEMS } from "../limits.ts";
import type { Sender } from "../principal.ts";
import { CursorSeq, Id, Page, Strict } from "../scalars.ts";
import { Topic } from "../topic.ts";
import { internal, paging } from "./parts.ts";

const addressed = { topic: Topic };
const since = Strict({ after: CursorSeq });
const senders = Strict({ ids: Type.Array(Id, { maxItems: LOOKUP_ITEMS }) });
const identified = Strict({ id: Type.Optional(Id), ...NewBinding.properties });

/** Bindings, and who may publish. Those, and by those, who may make them. */
export const bindings = {
  "directory.bindings": { params: Strict(paging), result: Page(Binding) },
  "directory.bind": { params: identified, result: Binding },
  "directory.unbind": { params: Strict({ id: Id }), result: internal<null>() },
  /** What has changed since a revision, for routers; `more`: ask again from the last of them. */
  "directory.bindingChanges": {
    params: since,
    result: internal<{ revision: number; changes: BindingChange[]; more: boolean }>(),
  },
  /** By ids at once, with what they may publish to, for routers. */
  "directory.senders": { params: senders, result: internal<{ revision: number; senders: Sender[] }>() },

  "persistence.bindings": { params: Strict(paging), result: Page(Binding) },
  "persistence.addBinding": { params: internal<Binding>(), result: internal<{ revision: number }>() },
  "persistence.removeBinding": { params: Strict({ id: Id }), result: internal<{ revision: number }>() },
  "persistence.bindingChanges": {
    params: since,
    result: internal<{ changes: BindingChange[]; more: boolean }>(),
  },
  "persistence.senders": { params: senders, result: internal<Sender[]>() },

  /**
   * The conversations that a message of the caller's to a topic goes to, and how many more are bound than it reaches. For
   * the gateway, which posts to each and tells him of those alone that he is in.
   */
  "router.bound": { params: Strict(addressed), result: internal<{ conversationIds: string[]; beyond: number }>() },
  /** The bindings that a topic meets, whosever they are: for administrators at the REPL, no route leads to it. */
  "router.match": { params: Strict(addressed), result: internal<Binding[]>() },
};

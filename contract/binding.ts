import Type, { type Static } from "typebox";
import { Id, Strict } from "./scalars.ts";
import { TopicPattern } from "./topic.ts";

/** A binding: what is published to the topics of a pattern goes to a conversation. */

export const NewBinding = Strict({ pattern: TopicPattern, conversationId: Id });
export type NewBinding = Static<typeof NewBinding>;

export const Binding = Type.Object({ id: Id, pattern: TopicPattern, conversationId: Id });
export type Binding = Static<typeof Binding>;

/** A binding that was made, or removed, by the change of the directory that led to revision `changed`. */
export type BindingChange = Binding & { changed: number; removed: boolean };

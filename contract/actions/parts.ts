import Type from "typebox";
import { CommandId, Cursor, Id, Limit, Strict } from "../scalars.ts";

/** What the parameters and results of many actions have in common. */

/** A result that never leaves the system: a type, and no schema to check it by. */
export const internal = <T>() => Type.Unsafe<T>({});
export const none = Strict({});
export const paging = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };
export const inConversation = { conversationId: Id };
export const retried = { commandId: Type.Optional(CommandId) };

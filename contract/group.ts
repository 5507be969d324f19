import Type, { type Static } from "typebox";
import { Handle, Id, PrincipalAddress, Strict } from "./scalars.ts";

/** A group: a name for its members, who are the members of its own broadcast conversation, and of nothing else. */

/** A group's name as it is given: a leading sigil is taken off, upper case is folded. */
export const GivenGroupName = Type.String({ pattern: "^(group:)?[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}$" });

/** That it exists is known to all; its conversation to its members and to administrators. */
export const Group = Type.Object({
  name: Handle,
  members: Type.Integer({ minimum: 0 }),
  conversationId: Type.Optional(Id),
});
export type Group = Static<typeof Group>;

/** Who is to be in a group. Where there are `writers` they alone write, and all others read. */
export const GroupMembers = Strict({
  members: Type.Array(PrincipalAddress),
  writers: Type.Optional(Type.Array(PrincipalAddress)),
});
export type GroupMembers = Static<typeof GroupMembers>;

/** A group as its row and its conversation tell of it, to a caller. */
export type GroupSeen = Required<Group> & { isMember: boolean };

/** Folds a given name to its bare form. */
export const bareGroupName = (given: string): string => given.replace(/^group:/, "").toLowerCase();

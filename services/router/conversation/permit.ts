import { strangerRefusal } from "../../../contract/conversation.ts";
import type { Role } from "../../../contract/entry.ts";
import { type Refusal, refused } from "../../../contract/errors.ts";
import type { Draft, Settings } from "./state.ts";

/** What members may be allowed to do, and the role that it takes. */
const takes = {
  react: "reader",
  post: "member",
  invite: "member",
  pin: "member",
  "set the purpose": "member",
  "redact another's": "owner",
  remove: "owner",
  rename: "owner",
  archive: "owner",
  "change roles": "owner",
} as const satisfies Record<string, Role>;

type Right = keyof typeof takes;

/** What the changes of a group do in its conversation, and nothing else does. */
const ofGroups: ReadonlySet<Right> = new Set(["invite", "remove", "change roles", "rename"]);

const rank: Record<Role, number> = { reader: 0, member: 1, owner: 2 };

/** Whether one who has `own` may give `given`: nobody gives a role above his own. */
export const mayGive = (own: Role, given: Role): boolean => rank[own] >= rank[given];

/** Who is not a member gets what any stranger gets, whatever he asks for: default is refusal. */
export function permit(draft: Draft, principalId: string, right: Right): Refusal | undefined {
  const member = draft.members.get(principalId);
  if (!draft.settings || !member) return refused(...strangerRefusal(draft.settings));
  if (ofGroups.has(right) && draft.group) return groupsOwn;
  if (rank[member.role] < rank[takes[right]])
    return refused("forbidden", `It takes a ${takes[right]} to ${right} here`);
  return undefined;
}

const groupsOwn = refused("conflict", "It is a group's: its members and its name change with the group alone");

/** Whose conversation is a group's leaves it with the group. */
export const whileInGroup = (draft: Draft): Refusal | undefined => (draft.group ? groupsOwn : undefined);

/** What refuses every change, whoever makes it. */
export function closed(draft: Draft): Refusal | undefined {
  if (draft.settings?.archived) return refused("archived", "The conversation is archived");
  return whileImporting(draft);
}

export const whileImporting = (draft: Draft): Refusal | undefined =>
  draft.importing ? refused("unavailable", "The conversation is being imported", { retryAfter: 5 }) : undefined;

/** The two of a direct conversation are what it is: nobody enters, leaves or rises. */
export const fixed = (settings: Settings): Refusal | undefined =>
  settings.kind === "direct" ? refused("conflict", "The members of a direct conversation do not change") : undefined;

/** The role of one who joins or is invited without a word about it: a broadcast's many only read. */
export const usualRole = (settings: Pick<Settings, "kind">): Role =>
  settings.kind === "broadcast" ? "reader" : "member";

/** Whether taking the ownership of `principalId` away leaves others without an owner. */
export const isLastOwner = (draft: Draft, principalId: string): boolean =>
  draft.members.get(principalId)?.role === "owner" && draft.owners === 1 && draft.members.size > 1;

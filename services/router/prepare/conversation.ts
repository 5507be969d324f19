import { v7 as uuid } from "uuid";
import type { Params } from "../../../contract/actions.ts";
import { directKey, type NewConversation } from "../../../contract/conversation.ts";
import type { Kind } from "../../../contract/entry.ts";
import { refuse } from "../../../contract/errors.ts";
import { FIRST_MEMBERS } from "../../../contract/limits.ts";
import { bareHandle, type Principal } from "../../../contract/principal.ts";
import { checkText } from "../../../contract/well-formed.ts";
import type { DirectoryView } from "../../../mixins/directory-view/directory-view.ts";
import type { Change, Create } from "../conversation/command.ts";
import { bareName, nameFault } from "../conversation/names.ts";
import { usualRole } from "../conversation/permit.ts";
import type { Directory } from "./directory.ts";

/** From what a caller asks of a conversation itself to commands. */

/** @throws validation when the fields don't suit the kind */
export async function prepareCreate(
  senderId: string,
  { kind, name, private: isPrivate, purpose, members = [] }: NewConversation,
  directory: Directory,
): Promise<Create> {
  const handles = [...new Set(members.map(bareHandle))];
  if (handles.length > FIRST_MEMBERS) throw invalid("members", `must not be more than ${FIRST_MEMBERS}`);
  const invited = await principals("members", handles, directory);
  const named = name === undefined ? undefined : bareName(kind, name);
  checkName(kind, named);
  if (purpose) checkText("purpose", purpose);
  const common = { type: "create" as const, senderId, commandId: "create", kind, purpose };
  if (kind === "direct") return { ...common, private: true, ...direct(senderId, invited, isPrivate) };
  const others = invited.filter(({ id }) => id !== senderId);
  if (others.length >= FIRST_MEMBERS) throw invalid("members", `must not be more than ${FIRST_MEMBERS}`);
  if (kind === "room" && isPrivate === false) throw invalid("private", "must not be false: a room is private");
  return {
    ...common,
    private: isPrivate ?? kind === "room",
    name: named,
    members: [
      { principalId: senderId, role: "owner" },
      ...others.map(({ id }) => ({ principalId: id, role: usualRole({ kind }) })),
    ],
    ...(named && kind !== "room" && { claim: { name: named, creatorId: senderId } }),
  };
}

/** Both are members alike: who happened to write first is not the owner of the other's words. */
function direct(senderId: string, invited: Principal[], isPrivate?: boolean) {
  const [other, ...more] = invited;
  if (!other || more.length > 0) throw invalid("members", "must be exactly one other, or oneself");
  if (isPrivate === false) throw invalid("private", "must not be false: a direct conversation is private");
  if (other.disabled) throw refuse("disabled", "The principal is disabled");
  const ids = [...new Set([senderId, other.id])];
  return {
    members: ids.map((principalId) => ({ principalId, role: "member" as const })),
    claim: { directKey: directKey(senderId, other.id) },
  };
}

/** @throws validation for what is no name for the kind; a room needs none, a direct conversation has none */
function checkName(kind: Kind, name: string | undefined): void {
  if (name === undefined) {
    if (kind === "channel" || kind === "broadcast") throw invalid("name", "is required");
    return;
  }
  checkText("name", name);
  const fault = nameFault(kind, name);
  if (fault) throw invalid("name", fault);
}

export async function prepareChange(
  senderId: string,
  params: Params<"router.change">,
  directory: Pick<DirectoryView, "sender">,
): Promise<Change> {
  const { name, purpose, archived, commandId = uuid() } = params;
  if (name !== undefined) checkText("name", name);
  if (purpose !== undefined) checkText("purpose", purpose);
  const sender = await directory.sender(senderId);
  const administrator = sender?.role === "admin" && !sender.disabled;
  return { type: "change", senderId, commandId, name, purpose, archived, administrator };
}

/** @throws validation naming those who don't exist */
async function principals(field: string, handles: string[], directory: Directory): Promise<Principal[]> {
  const found = await directory.byHandle(handles);
  return handles.map((handle) => {
    const principal = found.get(handle);
    if (!principal) throw invalid(field, `there is no @${handle}`);
    return principal;
  });
}

const invalid = (field: string, message: string) =>
  refuse("validation", `${field}: ${message}`, { errors: [{ field, message }] });

import { randomBytes } from "node:crypto";
import { v7 as uuid } from "uuid";
import type { Imported, Params } from "../../contract/actions.ts";
import { directKey, type NewConversation, type NewMessage } from "../../contract/conversation.ts";
import type { Kind } from "../../contract/entry.ts";
import { refuse } from "../../contract/errors.ts";
import { FIRST_MEMBERS } from "../../contract/limits.ts";
import { bareHandle, type Principal } from "../../contract/principal.ts";
import type { ChangeRole, Command, Create, Join, Leave, Post } from "./conversation/command.ts";
import { mentionedHandles } from "./conversation/mentions.ts";
import { usualRole } from "./conversation/permit.ts";
import { checkData, checkText } from "./well-formed.ts";

/** From what a caller asks to a command for the actor: addresses become ids, and what is random is drawn here. */

/** What preparing asks of the directory. */
export type Directory = { byHandle(handles: string[]): Promise<Map<string, Principal>> };

const salt = () => randomBytes(16).toString("base64url");

export async function preparePost(senderId: string, message: NewMessage, directory: Directory): Promise<Post> {
  checkText("text", message.text);
  if (message.data) checkData(message.data);
  const mentioned = await directory.byHandle(mentionedHandles(message.text));
  return {
    ...message,
    type: "post",
    senderId,
    clientMessageId: message.clientMessageId ?? uuid(),
    mentionable: [...mentioned.values()].map(({ id }) => id),
    salt: salt(),
  };
}

/** @throws validation when the fields don't suit the kind */
export async function prepareCreate(
  senderId: string,
  { kind, name, private: isPrivate, purpose, members = [] }: NewConversation,
  directory: Directory,
): Promise<Create> {
  const invited = await principals("members", [...new Set(members.map(bareHandle))], directory);
  const named = checkName(kind, name);
  if (purpose) checkText("purpose", purpose);
  const common = { type: "create" as const, senderId, commandId: "create", kind, purpose };
  if (kind === "direct") return { ...common, private: true, ...direct(senderId, invited, isPrivate, purpose) };
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
function direct(senderId: string, invited: Principal[], isPrivate?: boolean, purpose?: string) {
  const [other, ...more] = invited;
  if (!other || more.length > 0) throw invalid("members", "must be exactly one other, or oneself");
  if (isPrivate === false) throw invalid("private", "must not be false: a direct conversation is private");
  if (purpose) throw invalid("purpose", "is not for a direct conversation");
  if (other.disabled) throw refuse("disabled", "The principal is disabled");
  const ids = [...new Set([senderId, other.id])];
  return {
    members: ids.map((principalId) => ({ principalId, role: "member" as const })),
    claim: { directKey: directKey(senderId, other.id) },
  };
}

const CHANNEL_NAME = /^[a-z0-9][a-z0-9_-]{0,79}$/;
const ROOM_NAME_CODE_POINTS = 80;

function checkName(kind: Kind, given: string | undefined): string | undefined {
  if (kind === "direct") {
    if (given !== undefined) throw invalid("name", "is not for a direct conversation");
    return undefined;
  }
  if (kind === "room") {
    if (given === undefined) return undefined;
    checkText("name", given);
    if (given === "" || [...given].length > ROOM_NAME_CODE_POINTS)
      throw invalid("name", `must have 1 to ${ROOM_NAME_CODE_POINTS} characters`);
    return given;
  }
  const name = given?.replace(/^#/, "");
  if (name === undefined || !CHANNEL_NAME.test(name))
    throw invalid("name", "must be 1 to 80 of a-z, 0-9, _ and -, beginning with a letter or digit");
  return name;
}

export async function prepareJoin(
  senderId: string,
  params: Params<"router.join">,
  directory: Directory,
): Promise<Join> {
  const { principal, role, commandId = uuid() } = params;
  return { type: "join", senderId, commandId, role, principalId: await target(senderId, principal, directory) };
}

export async function prepareLeave(
  senderId: string,
  params: Params<"router.leave">,
  directory: Directory,
): Promise<Leave> {
  const { principal, commandId = uuid() } = params;
  return { type: "leave", senderId, commandId, principalId: await target(senderId, principal, directory) };
}

export async function prepareRole(
  senderId: string,
  params: Params<"router.role">,
  directory: Directory,
): Promise<ChangeRole> {
  const { principal, role, commandId = uuid() } = params;
  return { type: "role", senderId, commandId, role, principalId: await target(senderId, principal, directory) };
}

/** An import's commands, at their times, with nothing to be refused but what can't be. */
export function prepareImport(command: Imported, last: boolean): Command {
  const { at, ...rest } = command;
  const imported = { at, last };
  switch (rest.type) {
    case "post":
      return { ...rest, imported, mentionable: rest.mentions, salt: salt() };
    case "create":
      return {
        ...rest,
        imported,
        members: rest.members.map((principalId) => ({
          principalId,
          role: principalId === rest.senderId ? ("owner" as const) : usualRole(rest),
        })),
        ...(rest.name && rest.kind !== "room" && { claim: { name: rest.name, creatorId: rest.senderId } }),
      };
    default:
      return { ...rest, imported };
  }
}

/** @throws not-found */
async function target(senderId: string, address: string | undefined, directory: Directory): Promise<string> {
  if (address === undefined) return senderId;
  const handle = bareHandle(address);
  const found = (await directory.byHandle([handle])).get(handle);
  if (!found) throw refuse("not-found", `There is no @${handle}`);
  return found.id;
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

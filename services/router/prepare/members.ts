import { v7 as uuid } from "uuid";
import type { Params } from "../../../contract/actions.ts";
import type { ChangeRole, Join, Leave } from "../conversation/command.ts";
import { type Directory, target } from "./directory.ts";

/** From what a caller asks about members to commands: addresses become ids. */

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

import Type from "typebox";
import { v7 as uuid } from "uuid";
import { paging } from "../../../contract/actions/parts.ts";
import type { Membership } from "../../../contract/actions.ts";
import { Member } from "../../../contract/conversation.ts";
import { Role } from "../../../contract/entry.ts";
import { bareHandle, GivenHandle, type Principal } from "../../../contract/principal.ts";
import { Id, Page, PrincipalAddress, Strict } from "../../../contract/scalars.ts";
import { type Ask, none, type Route, route } from "../route.ts";

const inConversation = Strict({ id: Id });
const atMember = Strict({ id: Id, handle: GivenHandle });

const address = (handle: string) => `@${bareHandle(handle)}`;

/** A membership with the names that lists of members show. */
async function shown(ask: Ask, { principalId, role, joinedSeq }: Membership) {
  const { items } = await ask("directory.find", { ids: [principalId] });
  const [principal]: (Principal | undefined)[] = items;
  if (!principal) throw new Error("A member is not in the directory");
  return { principalId, handle: principal.handle, name: principal.name, role, joinedSeq };
}

/** Who is in a conversation, and as what. */
export const members: Route[] = [
  route({
    name: "listMembers",
    summary: "Members of a conversation",
    method: "GET",
    path: "/conversations/:id/members",
    scope: "read",
    params: inConversation,
    query: Strict(paging),
    body: none,
    answers: { 200: Page(Member) },
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.members", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    name: "addMember",
    summary: "Join a conversation, or invite somebody",
    method: "POST",
    path: "/conversations/:id/members",
    scope: "send",
    params: inConversation,
    query: none,
    body: Strict({ principal: PrincipalAddress, role: Type.Optional(Role) }),
    answers: { 200: Member, 201: Member },
    async answer({ path, body, ask }) {
      const membership = await ask("router.join", { conversationId: path.id, commandId: uuid(), ...body });
      const member = await shown(ask, membership);
      return {
        status: membership.changed ? 201 : 200,
        body: member,
        location: `/v1/conversations/${path.id}/members/${member.handle}`,
      };
    },
  }),
  route({
    name: "changeMember",
    summary: "Give a member another role",
    method: "PATCH",
    path: "/conversations/:id/members/:handle",
    scope: "send",
    params: atMember,
    query: none,
    body: Strict({ role: Role }),
    answers: { 200: Member },
    async answer({ path, body, ask }) {
      const membership = await ask("router.role", {
        conversationId: path.id,
        commandId: uuid(),
        principal: address(path.handle),
        role: body.role,
      });
      return { status: 200, body: await shown(ask, membership) };
    },
  }),
  route({
    name: "removeMember",
    summary: "Leave a conversation, or remove somebody",
    method: "DELETE",
    path: "/conversations/:id/members/:handle",
    scope: "send",
    params: atMember,
    query: none,
    body: none,
    answers: { 204: "nothing" },
    async answer({ path, ask }) {
      const leaving = { conversationId: path.id, commandId: uuid(), principal: address(path.handle) };
      await ask("router.leave", leaving);
      return { status: 204 };
    },
  }),
];

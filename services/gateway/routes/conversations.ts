import Type from "typebox";
import { v7 as uuid } from "uuid";
import { actions, type Membership } from "../../../contract/actions.ts";
import { ConversationChange, NewConversation, refuseStranger } from "../../../contract/conversation.ts";
import { Role } from "../../../contract/entry.ts";
import { refuse } from "../../../contract/errors.ts";
import { LIST_BODY_BYTES } from "../../../contract/limits.ts";
import { bareHandle, GivenHandle, type Principal } from "../../../contract/principal.ts";
import { Cursor, CursorSeq, Id, Limit, PrincipalAddress, Strict } from "../../../contract/scalars.ts";
import { type Ask, none, type Route, route } from "../route.ts";

const paging = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };
const inConversation = Strict({ id: Id });
const atMember = Strict({ id: Id, handle: GivenHandle });

const address = (handle: string) => `@${bareHandle(handle)}`;

/** @throws validation for what is no seq */
function lastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  const seq = /^\d{1,15}$/.test(header) ? Number(header) : undefined;
  if (seq === undefined) throw refuse("validation", "Last-Event-ID is not the id of an event of this stream");
  return seq;
}

/** A membership with the names that lists of members show. */
async function shown(ask: Ask, { principalId, role, joinedSeq }: Membership) {
  const { items } = await ask("directory.find", { ids: [principalId] });
  const [principal]: (Principal | undefined)[] = items;
  return { principalId, handle: principal?.handle, name: principal?.name, role, joinedSeq };
}

/** Conversations, what is in them, and who. */
export const conversations: Route[] = [
  route({
    method: "POST",
    path: "/conversations",
    scope: "send",
    params: none,
    query: none,
    body: NewConversation,
    bodyBytes: LIST_BODY_BYTES,
    async answer({ body, ask }) {
      const { conversationId, created } = await ask("router.create", { id: uuid(), ...body });
      return {
        status: created ? 201 : 200,
        body: await ask("persistence.conversation", { conversationId }),
        location: `/v1/conversations/${conversationId}`,
      };
    },
  }),
  route({
    method: "GET",
    path: "/conversations",
    scope: "read",
    params: none,
    query: Strict(paging),
    body: none,
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("persistence.conversations", query) }),
  }),
  route({
    method: "GET",
    path: "/channels",
    scope: "read",
    params: none,
    query: actions["persistence.channels"].params,
    body: none,
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("persistence.channels", query) }),
  }),
  route({
    method: "GET",
    path: "/conversations/:id",
    scope: "read",
    params: inConversation,
    query: none,
    body: none,
    async answer({ path, ask }) {
      return { status: 200, body: await ask("persistence.conversation", { conversationId: path.id }) };
    },
  }),
  route({
    method: "PATCH",
    path: "/conversations/:id",
    scope: "send",
    params: inConversation,
    query: none,
    body: ConversationChange,
    async answer({ path, body, ask }) {
      const conversationId = path.id;
      await ask("router.change", { conversationId, commandId: uuid(), ...body });
      return { status: 200, body: await ask("persistence.conversation", { conversationId }) };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/entries",
    scope: "read",
    params: inConversation,
    query: Strict({ after: Type.Optional(CursorSeq), ...paging }),
    body: none,
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.read", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/stream",
    scope: "read",
    params: inConversation,
    query: Strict({ after: Type.Optional(CursorSeq) }),
    body: none,
    async answer({ path, query, header, ask, follow }) {
      const conversationId = path.id;
      const conversation = await ask("persistence.conversation", { conversationId });
      if (!("head" in conversation)) throw refuseStranger({ private: false });
      const after = lastEventId(header("last-event-id")) ?? query.after ?? conversation.head.seq;
      const cursor = Math.min(after, conversation.head.seq);
      return { stream: (response) => follow(response, conversationId, cursor) };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/members",
    scope: "read",
    params: inConversation,
    query: Strict(paging),
    body: none,
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.members", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    method: "POST",
    path: "/conversations/:id/members",
    scope: "send",
    params: inConversation,
    query: none,
    body: Strict({ principal: PrincipalAddress, role: Type.Optional(Role) }),
    async answer({ path, body, ask }) {
      const membership = await ask("router.join", { conversationId: path.id, commandId: uuid(), ...body });
      return { status: membership.changed ? 201 : 200, body: await shown(ask, membership) };
    },
  }),
  route({
    method: "PATCH",
    path: "/conversations/:id/members/:handle",
    scope: "send",
    params: atMember,
    query: none,
    body: Strict({ role: Role }),
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
    method: "DELETE",
    path: "/conversations/:id/members/:handle",
    scope: "send",
    params: atMember,
    query: none,
    body: none,
    async answer({ path, ask }) {
      const leaving = { conversationId: path.id, commandId: uuid(), principal: address(path.handle) };
      await ask("router.leave", leaving);
      return { status: 204 };
    },
  }),
  route({
    method: "PUT",
    path: "/conversations/:id/read",
    // Saying how far one has read is part of reading.
    scope: "read",
    params: inConversation,
    query: none,
    body: Strict({ seq: CursorSeq }),
    async answer({ path, body, ask, notify }) {
      const state = await ask("persistence.markRead", { conversationId: path.id, seq: body.seq });
      notify({ type: "read", conversationId: path.id, seq: state.readSeq });
      return { status: 200, body: state };
    },
  }),
  route({
    method: "POST",
    path: "/conversations/:id/verify",
    scope: "read",
    params: inConversation,
    query: none,
    body: Strict({ anchors: actions["persistence.verify"].params.properties.anchors }),
    async answer({ path, body, ask }) {
      return { status: 200, body: await ask("persistence.verify", { conversationId: path.id, ...body }) };
    },
  }),
];

import Type from "typebox";
import { v7 as uuid } from "uuid";
import { paging } from "../../../contract/actions/parts.ts";
import { actions } from "../../../contract/actions.ts";
import {
  Conversation,
  ConversationChange,
  Listing,
  NewConversation,
  Outside,
  ReadState,
  refuseStranger,
  Verdict,
} from "../../../contract/conversation.ts";
import { WireEntry } from "../../../contract/entry.ts";
import { refuse } from "../../../contract/errors.ts";
import { LIST_BODY_BYTES } from "../../../contract/limits.ts";
import { CursorSeq, Id, Page, Strict } from "../../../contract/scalars.ts";
import { none, type Route, route } from "../route.ts";

const inConversation = Strict({ id: Id });
/** As a member sees it, or of a public one what everybody may know. */
const Shown = actions["persistence.conversation"].result;

/** @throws validation for what is no seq */
function lastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  const seq = /^\d{1,15}$/.test(header) ? Number(header) : undefined;
  if (seq === undefined) throw refuse("validation", "Last-Event-ID is not the id of an event of this stream");
  return seq;
}

/** Conversations and their logs. */
export const conversations: Route[] = [
  route({
    name: "createConversation",
    summary: "Make a conversation, or find a direct one",
    method: "POST",
    path: "/conversations",
    scope: "send",
    params: none,
    query: none,
    body: NewConversation,
    bodyBytes: LIST_BODY_BYTES,
    answers: { 200: Shown, 201: Shown },
    async answer({ body, ask }) {
      const { conversationId, created } = await ask("router.create", { id: uuid(), ...body });
      // What has no id of the client's, and no pair to find it by, is new; only the gateway's own retry can have met it.
      const isNew = created || (body.id === undefined && body.kind !== "direct");
      return {
        status: isNew ? 201 : 200,
        body: await ask("persistence.conversation", { conversationId }),
        location: `/v1/conversations/${conversationId}`,
      };
    },
  }),
  route({
    name: "listConversations",
    summary: "My conversations",
    method: "GET",
    path: "/conversations",
    scope: "read",
    params: none,
    query: Strict(paging),
    body: none,
    answers: { 200: Page(Conversation) },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("persistence.conversations", query) }),
  }),
  route({
    name: "listChannels",
    summary: "Public conversations, to find and join",
    method: "GET",
    path: "/channels",
    scope: "read",
    params: none,
    query: actions["persistence.channels"].params,
    body: none,
    answers: { 200: Page(Listing) },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("persistence.channels", query) }),
  }),
  route({
    name: "getConversation",
    summary: "A conversation",
    method: "GET",
    path: "/conversations/:id",
    scope: "read",
    params: inConversation,
    query: none,
    body: none,
    answers: { 200: Shown },
    async answer({ path, ask }) {
      return { status: 200, body: await ask("persistence.conversation", { conversationId: path.id }) };
    },
  }),
  route({
    name: "changeConversation",
    summary: "Rename a conversation, set its purpose, archive it",
    method: "PATCH",
    path: "/conversations/:id",
    scope: "send",
    params: inConversation,
    query: none,
    body: ConversationChange,
    answers: { 200: Type.Union([...Shown.anyOf, Outside]) },
    async answer({ path, body, ask }) {
      const conversationId = path.id;
      const { outside } = await ask("router.change", { conversationId, commandId: uuid(), ...body });
      return { status: 200, body: outside ?? (await ask("persistence.conversation", { conversationId })) };
    },
  }),
  route({
    name: "listEntries",
    summary: "The raw log of a conversation",
    method: "GET",
    path: "/conversations/:id/entries",
    scope: "read",
    params: inConversation,
    query: Strict({ after: Type.Optional(CursorSeq), ...paging }),
    body: none,
    answers: { 200: Page(WireEntry) },
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.read", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    name: "followConversation",
    summary: "One conversation as server-sent events",
    method: "GET",
    path: "/conversations/:id/stream",
    scope: "read",
    params: inConversation,
    query: Strict({ after: Type.Optional(CursorSeq) }),
    body: none,
    answers: { 200: "events" },
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
    name: "markRead",
    summary: "Say how far one has read",
    method: "PUT",
    path: "/conversations/:id/read",
    // Saying how far one has read is part of reading.
    scope: "read",
    params: inConversation,
    query: none,
    body: Strict({ seq: CursorSeq }),
    answers: { 200: ReadState },
    async answer({ path, body, ask, notify }) {
      const state = await ask("persistence.markRead", { conversationId: path.id, seq: body.seq });
      notify({ type: "read", conversationId: path.id, seq: state.readSeq });
      return { status: 200, body: state };
    },
  }),
  route({
    name: "verifyConversation",
    summary: "Verify the log of a conversation",
    method: "POST",
    path: "/conversations/:id/verify",
    scope: "read",
    params: inConversation,
    query: none,
    body: Strict({ anchors: actions["persistence.verify"].params.properties.anchors }),
    answers: { 200: Verdict },
    async answer({ path, body, ask }) {
      return { status: 200, body: await ask("persistence.verify", { conversationId: path.id, ...body }) };
    },
  }),
];

import Type, { type Static, type TSchema } from "typebox";
import { v7 as uuid } from "uuid";
import { actions } from "../../../contract/actions.ts";
import { Cursor, CursorSeq, Id, Limit, Seq, Strict } from "../../../contract/scalars.ts";
import { type Caller, none, type Route, route } from "../route.ts";

const paging = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };
const inConversation = Strict({ id: Id });
const atMessage = Strict({ id: Id, seq: Seq });
const edit = actions["router.edit"].params.properties;

/** Sending, reading, and what is made of messages. */
export const messages: Route[] = [
  route({
    method: "POST",
    path: "/messages",
    scope: "send",
    params: none,
    query: none,
    body: actions["router.send"].params,
    async answer({ body, ask }) {
      // A retry inside must meet its key, so a message that has none gets one here.
      const sent = await ask("router.send", { clientMessageId: uuid(), ...body });
      const { conversationId, seq, sentAt, hash, repeat } = sent;
      return {
        status: repeat ? 200 : 201,
        body: { conversationId, seq, sentAt, hash },
        location: `/v1/conversations/${conversationId}/messages/${seq}`,
      };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/messages",
    scope: "read",
    params: inConversation,
    query: Strict({ before: Type.Optional(Seq), after: Type.Optional(CursorSeq), ...paging }),
    body: none,
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.history", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/messages/:seq",
    scope: "read",
    params: atMessage,
    query: none,
    body: none,
    async answer({ path, ask }) {
      return { status: 200, body: await ask("persistence.message", { conversationId: path.id, seq: path.seq }) };
    },
  }),
  route({
    method: "GET",
    path: "/conversations/:id/messages/:seq/replies",
    scope: "read",
    params: atMessage,
    query: Strict(paging),
    body: none,
    async answer({ path, query, ask }) {
      const page = await ask("persistence.replies", { conversationId: path.id, seq: path.seq, ...query });
      return { status: 200, body: page };
    },
  }),
  route({
    method: "PATCH",
    path: "/conversations/:id/messages/:seq",
    scope: "send",
    params: atMessage,
    query: none,
    body: Strict({ text: edit.text, data: edit.data }),
    async answer({ path, body, ask }) {
      const message = { conversationId: path.id, seq: path.seq };
      await ask("router.edit", { ...message, commandId: uuid(), ...body });
      return { status: 200, body: await ask("persistence.message", message) };
    },
  }),
  route({
    method: "DELETE",
    path: "/conversations/:id/messages/:seq",
    scope: "send",
    params: atMessage,
    query: Strict({ reason: actions["router.redact"].params.properties.reason }),
    body: none,
    async answer({ path, query, ask }) {
      await ask("router.redact", { conversationId: path.id, seq: path.seq, commandId: uuid(), ...query });
      return { status: 204 };
    },
  }),
  ...onOff(
    "/conversations/:id/messages/:seq/reactions/:emoji",
    Strict({ id: Id, seq: Seq, emoji: Type.String() }),
    async (on, { path, ask }) => {
      const { id: conversationId, seq, emoji } = path;
      await ask("router.react", { conversationId, seq, emoji, on, commandId: uuid() });
    },
  ),
  ...onOff("/conversations/:id/messages/:seq/pin", atMessage, async (on, { path, ask }) => {
    await ask("router.pin", { conversationId: path.id, seq: path.seq, on, commandId: uuid() });
  }),
];

/** What PUT sets and DELETE takes away; both may be said again. */
function onOff<P extends TSchema>(
  path: string,
  params: P,
  set: (on: boolean, request: { path: Static<P> } & Caller) => Promise<void>,
): Route[] {
  return (
    [
      ["PUT", true],
      ["DELETE", false],
    ] as const
  ).map(([method, on]) =>
    route({
      method,
      path,
      scope: "send",
      params,
      query: none,
      body: none,
      async answer(request) {
        await set(on, request);
        return { status: 204 };
      },
    }),
  );
}

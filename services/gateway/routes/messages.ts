import Type, { type Static, type TSchema } from "typebox";
import { v7 as uuid } from "uuid";
import { paging } from "../../../contract/actions/parts.ts";
import { actions } from "../../../contract/actions.ts";
import { Message } from "../../../contract/conversation.ts";
import { Receipt } from "../../../contract/entry.ts";
import { TopicReceipts } from "../../../contract/errors.ts";
import { CursorSeq, Id, Page, Seq, Strict } from "../../../contract/scalars.ts";
import { type Caller, none, type Route, route } from "../route.ts";

const inConversation = Strict({ id: Id });
const atMessage = Strict({ id: Id, seq: Seq });
/** Where the message is; sent to a topic, what became of it in each conversation. */
const SentAnswer = Type.Union([Receipt, TopicReceipts]);
const edit = actions["router.edit"].params.properties;

/** Sending, reading, and what is made of messages. */
export const messages: Route[] = [
  route({
    name: "sendMessage",
    summary: "Send a message",
    method: "POST",
    path: "/messages",
    scope: "send",
    params: none,
    query: none,
    body: actions["router.send"].params,
    answers: { 200: SentAnswer, 201: SentAnswer },
    severalPlaces: true,
    async answer({ body, ask }) {
      // A retry inside must meet its key, so a message that has none gets one here.
      const sent = await ask("router.send", { clientMessageId: uuid(), ...body });
      if ("receipts" in sent) {
        const { receipts, unseen, stored } = sent;
        return { status: stored ? 201 : 200, body: { receipts, unseen }, location: undefined };
      }
      const { conversationId, seq, sentAt, hash, repeat } = sent;
      return {
        // Under the gateway's own key only its own retry can have met it.
        status: repeat && body.clientMessageId !== undefined ? 200 : 201,
        body: { conversationId, seq, sentAt, hash },
        location: `/v1/conversations/${conversationId}/messages/${seq}`,
      };
    },
  }),
  route({
    name: "listMessages",
    summary: "Messages of a conversation, as they are now",
    method: "GET",
    path: "/conversations/:id/messages",
    scope: "read",
    params: inConversation,
    query: Strict({ before: Type.Optional(Seq), after: Type.Optional(CursorSeq), ...paging }),
    body: none,
    answers: { 200: Page(Message) },
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("persistence.history", { conversationId: path.id, ...query }) };
    },
  }),
  route({
    name: "getMessage",
    summary: "A message",
    method: "GET",
    path: "/conversations/:id/messages/:seq",
    scope: "read",
    params: atMessage,
    query: none,
    body: none,
    answers: { 200: Message },
    async answer({ path, ask }) {
      return { status: 200, body: await ask("persistence.message", { conversationId: path.id, seq: path.seq }) };
    },
  }),
  route({
    name: "listReplies",
    summary: "Replies to a message",
    method: "GET",
    path: "/conversations/:id/messages/:seq/replies",
    scope: "read",
    params: atMessage,
    query: Strict(paging),
    body: none,
    answers: { 200: Page(Message) },
    async answer({ path, query, ask }) {
      const page = await ask("persistence.replies", { conversationId: path.id, seq: path.seq, ...query });
      return { status: 200, body: page };
    },
  }),
  route({
    name: "editMessage",
    summary: "Edit a message",
    method: "PATCH",
    path: "/conversations/:id/messages/:seq",
    scope: "send",
    params: atMessage,
    query: none,
    body: Strict({ text: edit.text, data: edit.data }),
    answers: { 200: Message },
    async answer({ path, body, ask }) {
      const message = { conversationId: path.id, seq: path.seq };
      await ask("router.edit", { ...message, commandId: uuid(), ...body });
      return { status: 200, body: await ask("persistence.message", message) };
    },
  }),
  route({
    name: "redactMessage",
    summary: "Redact a message",
    method: "DELETE",
    path: "/conversations/:id/messages/:seq",
    scope: "send",
    params: atMessage,
    query: Strict({ reason: actions["router.redact"].params.properties.reason }),
    body: none,
    answers: { 204: "nothing" },
    async answer({ path, query, ask }) {
      await ask("router.redact", { conversationId: path.id, seq: path.seq, commandId: uuid(), ...query });
      return { status: 204 };
    },
  }),
  ...onOff(
    "/conversations/:id/messages/:seq/reactions/:emoji",
    Strict({ id: Id, seq: Seq, emoji: Type.String() }),
    { on: ["react", "React to a message"], off: ["unreact", "Take a reaction back"] },
    async (on, { path, ask }) => {
      const { id: conversationId, seq, emoji } = path;
      await ask("router.react", { conversationId, seq, emoji, on, commandId: uuid() });
    },
  ),
  ...onOff(
    "/conversations/:id/messages/:seq/pin",
    atMessage,
    { on: ["pin", "Pin a message"], off: ["unpin", "Unpin a message"] },
    async (on, { path, ask }) => {
      await ask("router.pin", { conversationId: path.id, seq: path.seq, on, commandId: uuid() });
    },
  ),
];

type Said = [name: string, summary: string];

/** What PUT sets and DELETE takes away; both may be said again. */
function onOff<P extends TSchema>(
  path: string,
  params: P,
  said: { on: Said; off: Said },
  set: (on: boolean, request: { path: Static<P> } & Caller) => Promise<void>,
): Route[] {
  return (
    [
      ["PUT", true, said.on],
      ["DELETE", false, said.off],
    ] as const
  ).map(([method, on, [name, summary]]) =>
    route({
      name,
      summary,
      method,
      path,
      scope: "send",
      params,
      query: none,
      body: none,
      answers: { 204: "nothing" },
      async answer(request) {
        await set(on, request);
        return { status: 204 };
      },
    }),
  );
}

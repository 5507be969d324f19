import { v7 as uuid } from "uuid";
import { actions } from "../../../contract/actions.ts";
import { none, type Route, route } from "../route.ts";

/** Sending. */
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
];

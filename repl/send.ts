import { call } from "../mixins/call.ts";
import { command, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const send = command(
  "send <to> <text...>",
  "Send a message to #channel, @handle or a conversation's id",
  async (broker, line) => {
    const [to = "", text = ""] = words(line, 2);
    const sent = await call(broker, "router.send", { to, text }, await operator(broker));
    return `${sent.conversationId} ${sent.seq} ${sent.hash}`;
  },
);

import { call } from "../mixins/call.ts";
import { command, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const send = command(
  "send <to> <text...>",
  "Send a message to #channel, @handle, group:name, topic:a.b or a conversation's id",
  async (broker, line) => {
    const [to = "", text = ""] = words(line, 2);
    const sent = await call(broker, "router.send", { to, text }, await operator(broker));
    if (!("receipts" in sent)) return `${sent.conversationId} ${sent.seq} ${sent.hash}`;
    const receipts = sent.receipts.map((one) =>
      "problem" in one ? `${one.conversationId} ${one.problem.detail}` : `${one.conversationId} ${one.seq} ${one.hash}`,
    );
    const { stored, refused } = sent.unseen;
    return [...receipts, `unseen: ${stored} stored, ${refused} refused`].join("\n");
  },
);

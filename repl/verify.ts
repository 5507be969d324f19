import { call } from "../mixins/call.ts";
import { command, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const verify = command(
  "verify <conversation>",
  "Verify the log of #channel, @handle or a conversation's id",
  async (broker, line) => {
    const [to = ""] = words(line, 1);
    const speaker = await operator(broker);
    const { conversationId } = await call(broker, "router.resolve", { to }, speaker);
    const verdict = await call(broker, "persistence.verify", { conversationId }, speaker);
    if (!verdict.ok) return `NOT ok: ${verdict.reason} at seq ${verdict.seq}`;
    return `ok: ${verdict.entries} entries, head ${verdict.head.seq} ${verdict.head.hash}`;
  },
);

import { call } from "../mixins/call.ts";
import { command, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const topics = command(
  "topics <match> <topic>",
  "Bindings that a topic meets: topics match alerts.fx.eurusd",
  async (broker, line) => {
    const [verb = "", topic = ""] = words(line, 2);
    if (verb !== "match") return "validation: say topics match, and a topic";
    const bindings = await call(broker, "router.match", { topic }, await operator(broker));
    const lines = bindings.map(({ pattern, conversationId, id }) => `${pattern}  ${conversationId}  binding ${id}`);
    return lines.join("\n") || "nothing is bound";
  },
);

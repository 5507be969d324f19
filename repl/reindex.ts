import { call } from "../mixins/call.ts";
import { command } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const reindex = command(
  "reindex",
  "Build the search index anew, beside the one that answers",
  async (broker) => {
    const { entries, seconds } = await call(broker, "search.reindex", {}, await operator(broker));
    return `indexed anew: ${entries} entries in ${seconds.toFixed(1)} s`;
  },
);

import type { ActionHandler, ActionSchema, Middleware, ServiceBroker } from "moleculer";
import { refusalOf } from "../../contract/errors.ts";
import { meterOf } from "./meter.ts";

/** Times every action where it runs. Its outcome is `ok` or the name of a refusal, of which there is a table. */
export const timeActions: Middleware = {
  name: "time-actions",
  localAction(this: ServiceBroker, next: ActionHandler, { name = "" }: ActionSchema): ActionHandler {
    const meter = meterOf(this);
    return async function (ctx) {
      const began = performance.now();
      const finished = (outcome: string) =>
        meter.observe("wirehouse_action_seconds", (performance.now() - began) / 1000, { action: name, outcome });
      try {
        const answer = await next.call(this, ctx);
        finished("ok");
        return answer;
      } catch (error) {
        finished(refusalOf(error).type);
        throw error;
      }
    };
  },
};

import type { ActionHandler, Middleware } from "moleculer";
import { inRequest, requestIn } from "./context.ts";

/** An action runs in the course of the request whose call it is; a call that belongs to none begins one. */
export const followRequests: Middleware = {
  name: "follow-requests",
  localAction(next: ActionHandler): ActionHandler {
    return function (ctx) {
      const request = requestIn(ctx.headers) ?? { requestId: ctx.id };
      return inRequest(request, () => next.call(this, ctx));
    };
  },
};

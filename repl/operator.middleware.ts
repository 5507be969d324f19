import type { ActionHandler, Context, Middleware, ServiceBroker } from "moleculer";
import { call, type Meta } from "../mixins/call.ts";

/** Whom the operator at this process's REPL speaks for, by handle: the first administrator, until he says `as @…`. */
const speaking = new WeakMap<ServiceBroker, string>();
const FIRST = "admin";

/** @throws not-found when there is nobody of that handle */
export async function speakAs(broker: ServiceBroker, handle: string): Promise<string> {
  const principal = await call(broker, "directory.get", { handle });
  speaking.set(broker, principal.handle);
  return principal.handle;
}

/** The principal that the operator speaks for. */
export async function operator(broker: ServiceBroker): Promise<{ principalId: string }> {
  const { id } = await call(broker, "directory.get", { handle: speaking.get(broker) ?? FIRST });
  return { principalId: id };
}

/** An action that was called from the REPL speaks for the operator, unless the call says for whom (`--#principalId`). */
function forOperator(next: ActionHandler): ActionHandler {
  return async function (ctx: Context<unknown, Meta & { $repl?: boolean }>) {
    if (ctx.meta.$repl && ctx.meta.principalId === undefined) Object.assign(ctx.meta, await operator(ctx.broker));
    return next.call(this, ctx);
  };
}

export const operatorCalls: Middleware = {
  name: "operator-calls",
  localAction: forOperator,
  remoteAction: forOperator,
};

import type { Context, ServiceBroker } from "moleculer";
import { type ActionName, actions, type Params, type Result } from "../contract/actions.ts";

/** What travels with a call. `principalId` is the caller; only the gateway (and the operators' REPL) sets it. */
export type Meta = { principalId?: string };

/**
 * An action call typed by the contract. From a context it passes the caller on; from a broker it speaks for nobody
 * unless `meta` says for whom.
 */
export function call<A extends ActionName>(
  from: Context<unknown, Meta> | ServiceBroker,
  name: A,
  params: Params<A>,
  meta?: Meta,
): Promise<Result<A>> {
  return from.call<Result<A>, Params<A>>(name, params, meta ? { meta } : {});
}

type Handler<A extends ActionName, This> = (
  this: This,
  ctx: Context<Params<A>, Meta>,
) => Promise<Result<A>> | Result<A>;

/** An action's schema from the contract's: its parameters are checked by the very schema that types them. */
export function action<A extends ActionName, This = unknown>(name: A, handler: Handler<A, This>) {
  return { schema: actions[name].params, handler };
}

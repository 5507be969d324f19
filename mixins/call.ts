import { type Context, ServiceBroker } from "moleculer";
import type { TSchema } from "typebox";
import { type ActionName, actions, type Params, type Result } from "../contract/actions.ts";
import { requestHeaders } from "./request/context.ts";

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
  // A broker that stops would wait, before anything is drained, for a moment without such a call; each service that
  // calls by itself waits for its own when it drains.
  const tracking = !(from instanceof ServiceBroker);
  const headers = requestHeaders();
  return from.call<Result<A>, Params<A>>(name, params, meta ? { meta, tracking, headers } : { tracking, headers });
}

/**
 * The same of one node, whoever else offers it.
 * @param timeout milliseconds
 */
export function callAt<A extends ActionName>(
  from: Context<unknown, Meta> | ServiceBroker,
  nodeID: string,
  name: A,
  params: Params<A>,
  timeout?: number,
): Promise<Result<A>> {
  const tracking = !(from instanceof ServiceBroker);
  return from.call<Result<A>, Params<A>>(name, params, {
    nodeID,
    tracking,
    ...(timeout === undefined ? {} : { timeout }),
  });
}

type Handler<A extends ActionName, This> = (
  this: This,
  ctx: Context<Params<A>, Meta>,
) => Promise<Result<A>> | Result<A>;

/**
 * An action's schema from the contract's: its parameters are checked by the very schema that types them
 * (`schema.middleware.ts`). `params` only names them, for the REPL's tables.
 */
export function action<A extends ActionName, This = unknown>(name: A, handler: Handler<A, This>) {
  const schema: TSchema = actions[name].params;
  return { schema, params: named(schema), handler };
}

function named(schema: TSchema): Record<string, string> {
  const { properties } = Object.assign({ properties: {} }, schema);
  return Object.fromEntries(Object.keys(properties).map((name) => [name, "any"]));
}

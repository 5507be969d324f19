import type { Context } from "moleculer";
import { refuse } from "../../contract/errors.ts";
import { bareHandle, type Principal } from "../../contract/principal.ts";
import { call, type Meta } from "../../mixins/call.ts";

export async function byId(ctx: Context<unknown, Meta>, id: string): Promise<Principal | undefined> {
  const { items } = await call(ctx, "persistence.principals", { ids: [id] });
  return items[0];
}

/** @throws not-found */
export async function byHandle(ctx: Context<unknown, Meta>, given: string): Promise<Principal> {
  const handle = bareHandle(given);
  const { items } = await call(ctx, "persistence.principals", { handles: [handle] });
  if (!items[0]) throw refuse("not-found", `There is no @${handle}`);
  return items[0];
}

/** Whether the caller is an administrator who is not disabled, now. */
export async function isAdministrator(ctx: Context<unknown, Meta>): Promise<boolean> {
  const caller = ctx.meta.principalId === undefined ? undefined : await byId(ctx, ctx.meta.principalId);
  return caller !== undefined && !caller.disabled && caller.role === "admin";
}

/** @throws forbidden unless the caller is an administrator who is not disabled, now */
export async function checkAdministrator(ctx: Context<unknown, Meta>): Promise<void> {
  if (!(await isAdministrator(ctx))) throw refuse("forbidden", "Only administrators may do this");
}

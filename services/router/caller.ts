import type { Context } from "moleculer";
import { refuse } from "../../contract/errors.ts";
import { call, type Meta } from "../../mixins/call.ts";

/** @throws unauthorized where a call speaks for nobody */
export function callerOf(ctx: Context<unknown, Meta>): string {
  if (ctx.meta.principalId === undefined) throw refuse("unauthorized", "The call speaks for nobody");
  return ctx.meta.principalId;
}

/** @throws forbidden unless the caller is an administrator who is not disabled, now */
export async function checkAdministrator(ctx: Context<unknown, Meta>): Promise<void> {
  const { role, disabled } = await call(ctx, "directory.me", {});
  if (role !== "admin" || disabled) throw refuse("forbidden", "Only administrators may do this");
}

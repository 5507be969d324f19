import type { Context } from "moleculer";
import { refuse } from "../contract/errors.ts";
import type { Principal } from "../contract/principal.ts";
import { call, type Meta } from "./call.ts";

/** @throws unauthorized where a call speaks for nobody */
export function callerOf(ctx: Context<unknown, Meta>): string {
  if (ctx.meta.principalId === undefined) throw refuse("unauthorized", "The call speaks for nobody");
  return ctx.meta.principalId;
}

/**
 * The caller, an administrator.
 * @throws forbidden unless he is one, and not disabled, now
 */
export async function checkAdministrator(ctx: Context<unknown, Meta>): Promise<Principal> {
  const me = await call(ctx, "directory.me", {});
  if (me.role !== "admin" || me.disabled) throw refuse("forbidden", "Only administrators may do this");
  return me;
}

import type { Context, Service } from "moleculer";
import { v7 as uuid } from "uuid";
import type { Params } from "../../contract/actions.ts";
import { action, call, type Meta } from "../../mixins/call.ts";
import { tell } from "./tell.ts";

/** Whether the caller may make, see or remove a binding is asked in the statement that does it: persistence's to say. */
export const bindings = {
  bindings: action("directory.bindings", (ctx) => call(ctx, "persistence.bindings", ctx.params)),

  bind: action("directory.bind", async function (this: Service, ctx: Context<Params<"directory.bind">, Meta>) {
    const binding = { ...ctx.params, id: ctx.params.id ?? uuid() };
    const { revision } = await call(ctx, "persistence.addBinding", binding);
    await tell(this.broker, revision);
    return binding;
  }),

  unbind: action("directory.unbind", async function (this: Service, ctx: Context<Params<"directory.unbind">, Meta>) {
    const { revision } = await call(ctx, "persistence.removeBinding", ctx.params);
    await tell(this.broker, revision);
    return null;
  }),

  /** The revision is read first: what is found is at least as new. */
  bindingChanges: action("directory.bindingChanges", async (ctx) => {
    const revision = await call(ctx, "persistence.revision", {});
    return { revision, ...(await call(ctx, "persistence.bindingChanges", ctx.params)) };
  }),
};

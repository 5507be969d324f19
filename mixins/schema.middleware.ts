import type { ActionHandler, ActionSchema, Middleware } from "moleculer";
import type { TSchema } from "typebox";
import { refuse } from "../contract/errors.ts";
import { checker } from "./schema-validator.ts";

/**
 * Checks the parameters of every action that has a `schema` (see `action` in `call.ts`) against it. Moleculer's own
 * `params` take fastest-validator's schemas, which can neither be a TypeScript type nor stand in an OpenAPI document.
 */
export const checkSchemas: Middleware = {
  name: "check-schemas",
  localAction(next: ActionHandler, action: ActionSchema & { schema?: TSchema }): ActionHandler {
    if (action.schema === undefined) return next;
    const faultsOf = checker(action.schema);
    return async function (ctx) {
      const errors = faultsOf(ctx.params);
      if (errors.length > 0) throw refuse("validation", "The parameters are not well-formed", { errors });
      return next.call(this, ctx);
    };
  },
};

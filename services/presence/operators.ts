import type { Context, Service } from "moleculer";
import type { ActionName, Params } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import type { Heads } from "../../contract/presence.ts";
import { placed } from "../../mixins/actor/actor.mixin.ts";
import { nodesOf } from "../../mixins/actor/owners.ts";
import { action, call, callAt, type Meta } from "../../mixins/call.ts";
import { checkAdministrator } from "../../mixins/caller.ts";
import type { Principals } from "./principals.ts";
import type { RollCall } from "./roll-call.ts";
import { shown } from "./status.ts";

type In<A extends ActionName> = Context<Params<A>, Meta>;

/** Actors that are shown by name. */
const BUSIEST = 10;

const added = (one: Heads, other: Heads): Heads => {
  const gateways = { ...one.gateways };
  for (const [gateway, count] of Object.entries(other.gateways)) gateways[gateway] = (gateways[gateway] ?? 0) + count;
  return { principals: one.principals + other.principals, gateways };
};

type Rooms = {
  actors: Principals;
  rollCallOf(service: Service): RollCall;
  /** @throws not-found */
  find(service: Service, address: string): Promise<string>;
};

/** What operators ask: the gateway has no route to it, for it tells who is invisible. */
export const operatorActions = ({ actors, rollCallOf, find }: Rooms) => ({
  actors: action("presence.actors", async function (this: Service, ctx: In<"presence.actors">) {
    await checkAdministrator(ctx);
    return actors.actorsOf(this).census(BUSIEST);
  }),

  census: action("presence.census", async function (this: Service, ctx: In<"presence.census">) {
    await checkAdministrator(ctx);
    const nodes = nodesOf(this.broker, "presence");
    return (await Promise.all(nodes.map((node) => callAt(ctx, node, "presence.count", {})))).reduce(added);
  }),

  count: action("presence.count", async function (this: Service, ctx: In<"presence.count">) {
    await checkAdministrator(ctx);
    return rollCallOf(this).count();
  }),

  who: placed("presence.who", "principalId", async function (this: Service, ctx: In<"presence.who">) {
    await checkAdministrator(ctx);
    const { principalId, principal = "" } = ctx.params;
    if (principalId === undefined) return call(ctx, "presence.who", { principalId: await find(this, principal) });
    const [found] = await call(ctx, "persistence.presences", { principalIds: [principalId] });
    if (!found) throw refuse("not-found", "There is no such principal");
    const { status, text, until, seen } = found.kept;
    const rollCall = rollCallOf(this);
    return {
      chosen: { status, ...(text !== null && { text }), ...(until !== null && { until }) },
      shown: shown(principalId, found.kept, rollCall.of(principalId, seen), new Date().toISOString()),
      gateways: rollCall.gateways(principalId),
    };
  }),
});

import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { ActionName, Params } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import type { Presence } from "../../contract/presence.ts";
import { bareHandle } from "../../contract/principal.ts";
import { placed } from "../../mixins/actor/actor.mixin.ts";
import { nodesOf, Owners } from "../../mixins/actor/owners.ts";
import { action, call, callAt, type Meta } from "../../mixins/call.ts";
import { callerOf } from "../../mixins/caller.ts";
import { directoryOf, directoryView } from "../../mixins/directory-view/directory-view.mixin.ts";
import { operatorActions } from "./operators.ts";
import { principals, tell } from "./principals.ts";
import { RollCall, type Times, times } from "./roll-call.ts";
import { shown } from "./status.ts";
import { Upkeep } from "./upkeep.ts";

type In<A extends ActionName> = Context<Params<A>, Meta>;

/** @throws forbidden where a call is about somebody else */
function checkSelf(ctx: Context<unknown, Meta>, principalId: string): void {
  if (callerOf(ctx) !== principalId) throw refuse("forbidden", "Everybody speaks for himself");
}

/** Ids by address, in their order, each once; unknown ones are left out. */
async function idsOf(service: Service, addresses: string[]): Promise<string[]> {
  const handles = addresses.map(bareHandle);
  const found = await directoryOf(service).byHandle(handles);
  return [...new Set(handles)].flatMap((handle) => found.get(handle)?.id ?? []);
}

type Parts = { owners: Owners; rollCall: RollCall; upkeep: Upkeep };

/**
 * Who is here, what he says of himself, that he is typing.
 * @param limits times other than those in production, for tests
 */
export function presence(limits: Times = times): ServiceSchema {
  const parts = new WeakMap<Service, Parts>();
  const of = (service: Service): Parts => {
    const found = parts.get(service);
    if (!found) throw new Error("the service has not been created");
    return found;
  };
  const actors = principals((service, principalId, seen) => of(service).rollCall.judge(principalId, seen));

  function partsFor(service: Service): Parts {
    const { broker } = service;
    const nodes = () => nodesOf(broker, "presence");
    const owners = new Owners(nodes);
    const rollCall = new RollCall(
      {
        owns: (principalId) => owners.of(principalId) === broker.nodeID,
        nodes,
        gateways: () => nodesOf(broker, "gateway"),
        connected: () => isConnected(broker),
      },
      limits,
    );
    const attend = (principalId: string) => tell(actors, service, principalId, { type: "attend" });
    return { owners, rollCall, upkeep: new Upkeep({ service, rollCall, sweep: limits.sweep, attend }) };
  }

  return {
    name: "presence",
    mixins: [actors.mixin, directoryView],
    dependencies: ["persistence", "directory"],
    actions: {
      get: action("presence.get", async function (this: Service, ctx: In<"presence.get">) {
        const principalIds = await idsOf(this, ctx.params.principals);
        return { items: await call(ctx, "presence.states", { principalIds }), next: null };
      }),

      states: action("presence.states", async function (this: Service, ctx: In<"presence.states">) {
        const { principalIds } = ctx.params;
        const groups = [...of(this).owners.group(principalIds)].filter(([, ids]) => ids.length > 0);
        const answers = await Promise.all(
          groups.map(([node, ids]) => callAt(ctx, node, "presence.shown", { principalIds: ids })),
        );
        const states = new Map(answers.flat().map((state) => [state.principalId, state]));
        return principalIds.flatMap((principalId) => states.get(principalId) ?? []);
      }),

      shown: action("presence.shown", async function (this: Service, ctx: In<"presence.shown">) {
        const { rollCall } = of(this);
        const now = new Date().toISOString();
        return (await call(ctx, "persistence.presences", ctx.params)).map(({ principalId, kept }): Presence => {
          const attendance = rollCall.of(principalId, kept.seen);
          if (kept.here && attendance === "gone") rollCall.doubt(principalId);
          return shown(principalId, kept, attendance, now);
        });
      }),

      choose: placed("presence.choose", "principalId", async function (this: Service, ctx: In<"presence.choose">) {
        const { principalId, ...choice } = ctx.params;
        // Who calls names nobody: it is himself, and it goes on to his owner.
        if (principalId === undefined) return call(ctx, "presence.choose", { ...choice, principalId: callerOf(ctx) });
        checkSelf(ctx, principalId);
        await tell(actors, this, principalId, { type: "choose", choice });
        return choice;
      }),

      type: placed("presence.type", "principalId", async function (this: Service, ctx: In<"presence.type">) {
        const { principalId, conversationId } = ctx.params;
        checkSelf(ctx, principalId);
        await tell(actors, this, principalId, { type: "type", conversationId });
        return null;
      }),

      beat: action("presence.beat", function (this: Service, ctx: In<"presence.beat">) {
        const { rollCall, upkeep } = of(this);
        rollCall.beat(ctx.params, Date.now());
        upkeep.settle();
        return null;
      }),

      ...operatorActions({
        actors,
        rollCallOf: (service) => of(service).rollCall,
        async find(service, address) {
          const [id] = await idsOf(service, [address]);
          if (id === undefined) throw refuse("not-found", `There is no ${address}`);
          return id;
        },
      }),
    },

    methods: {
      async drain(this: Service) {
        const { upkeep } = of(this);
        upkeep.stop();
        await actors.actorsOf(this).drain();
        await upkeep.refresh();
      },
    },

    created(this: Service) {
      parts.set(this, partsFor(this));
    },
    async started(this: Service) {
      of(this).upkeep.start();
    },
    async stopped(this: Service) {
      of(this).upkeep.stop();
    },
  };
}

/** Whether anybody could be heard: with a transporter, its connection says so. */
const isConnected = ({ transit }: ServiceBroker): boolean => !transit || transit.tx.connected;

export default presence();

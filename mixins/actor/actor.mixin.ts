import { setTimeout as pause } from "node:timers/promises";
import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { ActionName, Params, Result } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import { action, call, type Meta } from "../call.ts";
import { meterOf } from "../metrics/meter.ts";
import { once } from "../once.ts";
import { isUnavailable } from "./activation.ts";
import { Activations, type Residence } from "./activations.ts";
import type { Behaviour, Observer } from "./behaviour.ts";
import { isStaleOwner } from "./stale-owner.ts";

/** Milliseconds between two looks for idle actors. */
const PASSIVATION = 30_000;
/** Milliseconds after which a command that keeps meeting other owners is given back to the caller. */
const PATIENCE = 8_000;
/** Milliseconds: the longest pause before the next owner is tried. */
const LONGEST_PAUSE = 50;

/** What the mixin keeps of a service: its actors, and the timer that passivates them. */
type Housing<State, Command, Answer> = {
  activations: Activations<State, Command, Answer>;
  passivation?: NodeJS.Timeout;
};

/**
 * Virtual actors for a Moleculer service (after Orleans: Bernstein et al., 2014): addressed by a key, always there, one
 * turn at a time with all that waits as its batch. The actions that speak to them are made by `placed`.
 * @returns the service's mixin, and `actorsOf(service)`, by which its actions reach them
 */
export function actor<State, Command, Answer>(
  behaviour: (service: Service) => Behaviour<State, Command, Answer>,
  residence?: Residence,
) {
  const housed = new WeakMap<Service, Housing<State, Command, Answer>>();
  const of = (service: Service) => {
    const found = housed.get(service);
    if (!found) throw new Error(`${service.name} has no actors`);
    return found;
  };
  const mixin: Partial<ServiceSchema> = {
    created(this: Service) {
      const activations = new Activations(behaviour(this), observer(this), residence);
      housed.set(this, { activations });
      const meter = meterOf(this.broker);
      const labels = { service: this.name };
      meter.read("wirehouse_actors", () => [[labels, activations.active]]);
      meter.read("wirehouse_actor_waiting", () => [[labels, activations.waiting]]);
    },
    async started(this: Service) {
      const mine = of(this);
      mine.passivation = setInterval(() => mine.activations.passivateIdle(performance.now()), PASSIVATION);
    },
    async stopped(this: Service) {
      clearInterval(of(this).passivation);
    },
    methods: {
      drain(this: Service) {
        return of(this).activations.drain();
      },
    },
  };
  return { mixin, actorsOf: (service: Service) => of(service).activations };
}

type Handler<A extends ActionName, This> = (this: This, ctx: Context<Params<A>, Meta>) => Promise<Result<A>>;

/**
 * An action that speaks to the actor whose key is the parameter `key`: it goes to the key's owner, and where that turns
 * out to be another by now, to that one, unseen by the caller. Repeating is safe, for each command carries a key.
 * @param keyed gives the commands that have none their keys, once for all tries
 */
export function placed<A extends ActionName, This extends Service>(
  name: A,
  key: string,
  handler: Handler<A, This>,
  keyed: (params: Params<A>) => Params<A> = (params) => params,
) {
  return {
    ...action<A, This>(name, async function (ctx) {
      ctx.params = keyed(ctx.params);
      const giveUp = performance.now() + PATIENCE;
      for (let attempt = 1; ; attempt++) {
        try {
          return await handler.call(this, ctx);
        } catch (error) {
          if (!isStaleOwner(error)) throw error;
          if (performance.now() > giveUp) throw refuse("unavailable", "The conversation is changing its owner");
          await pause(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt));
          if (!ownedHere(this.broker, name, ctx)) {
            return call(ctx, name, ctx.params);
          }
        }
      }
    }),
    strategy: "Rendezvous",
    strategyOptions: { key },
  };
}

function ownedHere(broker: ServiceBroker, name: string, ctx: Context): boolean {
  const endpoint = broker.findNextActionEndpoint(name, {}, ctx);
  return endpoint instanceof Error || endpoint.local;
}

function observer({ broker, logger, name }: Service): Observer {
  // Where a store does not answer thousands of actors are told the same.
  const waiting = once((reason) => logger.warn(`What the actors of ${name} need fails: ${reason}`));
  const meter = meterOf(broker);
  const labels = { service: name };
  return {
    activated() {
      meter.count("wirehouse_actor_activations_total", labels);
    },
    turned(_key, commands, milliseconds, waited) {
      meter.observe("wirehouse_actor_turn_commands", commands, labels);
      meter.observe("wirehouse_actor_turn_seconds", milliseconds / 1000, labels);
      meter.observe("wirehouse_actor_wait_seconds", waited / 1000, labels);
    },
    crashed(key, error) {
      if (isUnavailable(error)) waiting(error instanceof Error ? error.message : String(error));
      else logger.error(`The actor of ${key} crashed`, error);
      meter.count("wirehouse_actor_crashes_total", labels);
    },
    overruled() {
      meter.count("wirehouse_actor_overruled_total", labels);
    },
  };
}

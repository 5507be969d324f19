import { setTimeout as pause } from "node:timers/promises";
import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { ActionName, Params, Result } from "../../contract/actions.ts";
import { refuse } from "../../contract/errors.ts";
import { action, type Meta } from "../call.ts";
import type { Behaviour } from "./activation.ts";
import { Activations, type Residence } from "./activations.ts";
import { isStaleOwner } from "./stale-owner.ts";

/** What the mixin gives to a service. */
export type ActorMethods<Command, Answer> = {
  /**
   * Commands for the actor of a key, answered in order.
   * @param bytes weight of the commands
   */
  tell(key: string, commands: Command[], bytes: number): Promise<Answer[]>;
  /** Takes nothing new, and finishes what is waiting. */
  drain(): Promise<void>;
};

/** Milliseconds between two looks for idle actors. */
const PASSIVATION = 30_000;
/** Milliseconds after which a command that keeps meeting other owners is given back to the caller. */
const PATIENCE = 8_000;
/** Milliseconds: the longest pause before the next owner is tried. */
const LONGEST_PAUSE = 50;

/**
 * Virtual actors for a Moleculer service (after Orleans: Bernstein et al., 2014): addressed by a key, always there, one
 * turn at a time with all that waits as its batch. Actions that speak to them are made by `placed`.
 */
export function actor<State, Command, Answer>(
  behaviour: (service: Service) => Behaviour<State, Command, Answer>,
  residence?: Residence,
): Partial<ServiceSchema> {
  let activations: Activations<State, Command, Answer>;
  let passivation: NodeJS.Timeout;
  return {
    created(this: Service) {
      activations = new Activations(
        behaviour(this),
        observer(this, () => activations),
        residence,
      );
    },
    async started() {
      passivation = setInterval(() => activations.passivateIdle(Date.now()), PASSIVATION);
    },
    async stopped() {
      clearInterval(passivation);
    },
    methods: {
      tell: (key: string, commands: Command[], bytes: number) => activations.tell(key, commands, bytes),
      drain: () => activations.drain(),
    },
  };
}

type Handler<A extends ActionName, This> = (this: This, ctx: Context<Params<A>, Meta>) => Promise<Result<A>>;

/**
 * An action that speaks to the actor whose key is the parameter `key`: it goes to the key's owner, and where that turns
 * out to be another by now, to that one, unseen by the caller. Repeating is safe, for each command carries a key.
 */
export function placed<A extends ActionName, This extends Service>(name: A, key: string, handler: Handler<A, This>) {
  return {
    ...action<A, This>(name, async function (ctx) {
      const giveUp = Date.now() + PATIENCE;
      for (let attempt = 1; ; attempt++) {
        try {
          return await handler.call(this, ctx);
        } catch (error) {
          if (!isStaleOwner(error)) throw error;
          if (Date.now() > giveUp) throw refuse("unavailable", "The conversation is changing its owner");
          await pause(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt));
          if (!ownedHere(this.broker, name, ctx)) return ctx.call<Result<A>, Params<A>>(name, ctx.params);
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

function observer<State, Command, Answer>(service: Service, activations: () => Activations<State, Command, Answer>) {
  const { broker, logger, name } = service;
  const labels = { service: name };
  const metric = (suffix: string) => `wirehouse.actor.${suffix}`;
  const gauge = { type: "gauge" as const, labelNames: ["service"] };
  broker.metrics.register({ ...gauge, name: metric("active"), description: "Actors in memory" });
  broker.metrics.register({ ...gauge, name: metric("waiting"), description: "Commands in all mailboxes" });
  broker.metrics.register({
    type: "counter",
    name: metric("crashes"),
    labelNames: ["service"],
    description: "Turns and activations that failed",
  });
  broker.metrics.register({
    type: "histogram",
    name: metric("turn"),
    labelNames: ["service"],
    unit: "millisecond",
    description: "Time of a turn",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  });
  return {
    activated: () => broker.metrics.set(metric("active"), activations().active, labels),
    turned(_key: string, _commands: number, milliseconds: number) {
      broker.metrics.observe(metric("turn"), milliseconds, labels);
      broker.metrics.set(metric("waiting"), activations().waiting, labels);
    },
    crashed(key: string, error: unknown) {
      logger.error(`The actor of ${key} crashed`, error);
      broker.metrics.increment(metric("crashes"), labels);
    },
  };
}

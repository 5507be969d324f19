import type { Middleware, ServiceBroker } from "moleculer";
import type { Nats } from "../nats/options.ts";
import type { FanOut } from "./fan-out.ts";
import { LocalFanOut } from "./local.ts";
import { NatsFanOut } from "./nats.ts";

const fanOuts = new WeakMap<ServiceBroker, FanOut>();

/** The node's fan-out: one for all of its services. */
export function fanOutOf(broker: ServiceBroker): FanOut {
  const existing = fanOuts.get(broker);
  if (existing) return existing;
  const made = new LocalFanOut();
  fanOuts.set(broker, made);
  return made;
}

/** Gives a node that is one of many its fan-out: there before any service starts, until all have stopped. */
export const fanOutOver = (nats: Nats): Middleware => ({
  name: "fan-out",
  created(broker: ServiceBroker) {
    fanOuts.set(broker, new NatsFanOut(nats, broker.nodeID, (sentence) => broker.logger.warn(sentence)));
  },
  /** The node's first connection: what keeps it from NATS shows here. */
  async starting(broker: ServiceBroker) {
    await fanOutOf(broker).open();
  },
  async stopped(broker: ServiceBroker) {
    await fanOutOf(broker).close();
  },
});

import type { ServiceBroker } from "moleculer";
import type { FanOut } from "./fan-out.ts";
import { LocalFanOut } from "./local.ts";

const fanOuts = new WeakMap<ServiceBroker, FanOut>();

/** The node's fan-out: one for all of its services. */
export function fanOutOf(broker: ServiceBroker): FanOut {
  const existing = fanOuts.get(broker);
  if (existing) return existing;
  const made = new LocalFanOut();
  fanOuts.set(broker, made);
  return made;
}

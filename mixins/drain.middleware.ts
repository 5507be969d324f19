import type { Middleware, Service, ServiceBroker } from "moleculer";

/** A service with something to finish before those it depends on may stop. */
type Draining = Service & { drain(): Promise<void> };

const isDraining = (service: Service): service is Draining => "drain" in service && typeof service.drain === "function";

/**
 * Moleculer stops the services of a process side by side, so the database could be gone before the last actor has
 * written. This runs before any of them stops: who depends on another drains before it.
 */
export const drainFirst: Middleware = {
  name: "drain-first",
  async stopping(broker: ServiceBroker) {
    for (const service of dependentsFirst(broker.services)) {
      if (isDraining(service)) await service.drain();
    }
  },
};

/** Services ordered so that each comes before what it names in `dependencies`. */
export function dependentsFirst<S extends Pick<Service, "name" | "schema">>(services: S[]): S[] {
  const ordered: S[] = [];
  const visit = (service: S) => {
    if (ordered.includes(service)) return;
    for (const other of services) if (dependencies(other).includes(service.name)) visit(other);
    ordered.push(service);
  };
  for (const service of services) visit(service);
  return ordered;
}

const dependencies = (service: Pick<Service, "schema">): unknown[] => [service.schema.dependencies ?? []].flat();

import type { Server } from "node:http";
import type { Middleware, Service, ServiceBroker } from "moleculer";
import { meterOf } from "./meter.ts";
import { serveOperations } from "./operations.ts";

/** A service that can tell whether it could do its part now: it throws when not. */
type Probed = Service & { probe(): Promise<unknown> };
const isProbed = (service: Service): service is Probed => "probe" in service && typeof service.probe === "function";

type Options = { port: number; version: string; services: readonly string[] };

/**
 * A process that is watched: it serves `/metrics`, `/livez` and `/readyz` until all its services have stopped. It comes
 * first of the middlewares: a process that waits for NATS is alive.
 */
export function watched({ port, version, services }: Options): Middleware {
  let server: Server | undefined;
  return {
    name: "watched",
    created(broker: ServiceBroker) {
      const meter = meterOf(broker);
      meter.watchProcess();
      meter.read("wirehouse_info", () => [[{ version, services: services.join(",") }, 1]]);
    },
    async starting(broker: ServiceBroker) {
      server = await serveOperations(port, {
        metrics: () => meterOf(broker).text(),
        unready: () => unready(broker),
      });
    },
    async stopped() {
      server?.close();
      server?.closeAllConnections();
    },
  };
}

/** Why a node could not do its part now: it has not started, it stops, NATS or what its services need is gone. */
async function unready(broker: ServiceBroker): Promise<string | undefined> {
  if (!broker.started) return "It starts, or it stops";
  if (broker.transit && !broker.transit.tx?.connected) return "NATS is not reached";
  for (const service of broker.services.filter(isProbed)) {
    try {
      await service.probe();
    } catch {
      return `${service.name} cannot be served`;
    }
  }
  return undefined;
}

import { ServiceBroker, type ServiceSchema } from "moleculer";
import { placedIn } from "../../../moleculer.config.ts";
import type { NatsServer } from "../../support/nats.ts";
import { until } from "../../support/until.ts";

/**
 * Nodes of one test, each with its services, that know each other; all are stopped whatever happens.
 * @param server all nodes', or each one's
 */
export async function withNodes(
  server: Pick<NatsServer, "url"> | ((nodeID: string) => Pick<NatsServer, "url">),
  services: Record<string, ServiceSchema[]>,
  use: (...nodes: ServiceBroker[]) => Promise<void>,
): Promise<void> {
  const nodes = Object.entries(services).map(([nodeID, schemas]) => {
    const options = {
      ...placedIn({ nats: { servers: [(typeof server === "function" ? server(nodeID) : server).url] } }),
      nodeID,
      logger: false,
      skipProcessEventRegistration: true,
    };
    const broker = new ServiceBroker(options);
    for (const schema of schemas) broker.createService(schema);
    return broker;
  });
  try {
    await Promise.all(nodes.map((node) => node.start()));
    for (const node of nodes) await until(() => knows(node) === nodes.length, "all nodes to know each other");
    await use(...nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

/** How many nodes a node believes to be there, itself included. */
export const knows = (node: ServiceBroker): number => node.registry.nodes.list({ onlyAvailable: true }).length;

import type { ServiceBroker } from "moleculer";

/** What is held of the directory under an older revision is void, here at once and on other nodes when they hear of it. */
export const tell = (broker: ServiceBroker, revision: number) => broker.broadcast("directory.changed", { revision });

import { ServiceBroker } from "moleculer";
import { readConfig } from "../config.ts";
import { CannotStart } from "../contract/errors.ts";
import { operatedBy } from "../moleculer.config.ts";

/** `npm run repl`: a node without services of its own, from which an operator speaks to a cluster that runs. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (config.nats === undefined) {
    throw new CannotStart(
      "NATS_URL is missing: it says which cluster to join. (The console of a single process is npm start -- --repl.)",
    );
  }
  const broker = new ServiceBroker(operatedBy(config));
  await broker.start();
  console.log(`Joined by ${config.nats.servers.join(", ")} as ${broker.nodeID}. "exit" leaves the cluster as it is.`);
  broker.repl();
}

try {
  await main();
} catch (error) {
  console.error(error instanceof CannotStart ? error.message : error);
  process.exit(1);
}

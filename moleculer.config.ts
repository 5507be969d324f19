import { Server } from "node:net";
import "./repl/node-repl.ts";
import { type BrokerOptions, ServiceBroker, Strategies } from "moleculer";
import { type Config, readConfig, variables } from "./config.ts";
import { Rendezvous } from "./mixins/actor/rendezvous.strategy.ts";
import { drainFirst } from "./mixins/drain.middleware.ts";
import { LocalFirst } from "./mixins/local-first.strategy.ts";
import { checkSchemas } from "./mixins/schema.middleware.ts";
import { operatorCommands } from "./repl/commands.ts";
import { operatorCalls } from "./repl/operator.middleware.ts";

Strategies.register("Rendezvous", Rendezvous);

/** What every broker of ours has in common, whatever starts it: the runner, the importer, a test. */
export const brokerOptions: BrokerOptions = {
  /** Parameters are checked by `checkSchemas`. */
  validator: false,
  registry: { strategy: LocalFirst, preferLocal: false },
  /** Milliseconds: a call that takes longer has an unknown outcome. */
  requestTimeout: 10_000,
  /** Milliseconds between two looks for the services that one waits for: every start takes two or three. */
  dependencyInterval: 20,
  tracking: { enabled: true, shutdownTimeout: 20_000 },
  middlewares: [checkSchemas, drainFirst],
};

/** For Moleculer's runner. */
export default function runnerOptions(): BrokerOptions {
  const config = readConfig(process.env);
  const options: BrokerOptions = {
    ...brokerOptions,
    logger: { type: "Console", options: { level: config.logLevel, formatter: "short" } },
    metrics: metrics(config.metricsPort),
    middlewares: [...(brokerOptions.middlewares ?? []), operatorCalls],
    replOptions: { delimiter: "wirehouse $", customCommands: operatorCommands },
    async started(broker) {
      console.log(greeting(config, broker));
    },
  };
  shield(options);
  return options;
}

/** What the runner takes for itself, besides its options: which services to load, from where. */
const RUNNERS = ["SERVICES", "SERVICEDIR"];

/** Moleculer's own figures and ours, for Prometheus to fetch. */
const metrics = (port: number | undefined): BrokerOptions["metrics"] => ({
  enabled: port !== undefined,
  reporter: port === undefined ? [] : { type: "Prometheus", options: { port, path: "/metrics" } },
});

/** The runner would overwrite options from variables of the same name, which others set for themselves. */
function shield(options: BrokerOptions): void {
  // Its types don't know its defaults.
  const defaults: object = Reflect.get(ServiceBroker, "defaultOptions");
  const names = new Set([...Object.keys({ ...defaults, ...options }).map((name) => name.toUpperCase()), ...RUNNERS]);
  for (const variable of Object.keys(process.env)) {
    const [first = ""] = variable.split("_");
    if (Object.hasOwn(variables, variable)) continue;
    if (names.has(first) || variable.startsWith("MOL_")) delete process.env[variable];
  }
}

/** The port that was given to a gateway which asked for any. */
function gatewayPort(broker: ServiceBroker): number | undefined {
  const gateway: object | undefined = broker.getLocalService("gateway");
  const server = gateway && "server" in gateway ? gateway.server : undefined;
  const address = server instanceof Server ? server.address() : null;
  return typeof address === "object" ? address?.port : undefined;
}

function greeting({ host, port, data }: Config, broker: ServiceBroker): string {
  const actual = gatewayPort(broker) ?? port;
  return [
    "Wirehouse is ready.",
    `  REST    http://${host}:${actual}/v1`,
    `  stream  ws://${host}:${actual}/v1/stream`,
    `  data    ${data}`,
  ].join("\n");
}

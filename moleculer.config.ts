import { Server } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import "./repl/node-repl.ts";
import { type BrokerOptions, ServiceBroker, Strategies } from "moleculer";
import { type Config, readConfig, variables } from "./config.ts";
import { placeOf } from "./contract/database.ts";
import { Rendezvous } from "./mixins/actor/rendezvous.strategy.ts";
import { drainFirst } from "./mixins/drain.middleware.ts";
import { fanOutOver } from "./mixins/fan-out/fan-out.middleware.ts";
import { LocalFirst } from "./mixins/local-first.strategy.ts";
import { loggerOf } from "./mixins/log/logger.ts";
import { timeActions } from "./mixins/metrics/action-times.middleware.ts";
import { watched } from "./mixins/metrics/watched.middleware.ts";
import { NatsTransporter } from "./mixins/nats/transporter.ts";
import { followRequests } from "./mixins/request/request.middleware.ts";
import { checkSchemas } from "./mixins/schema.middleware.ts";
import { traced } from "./mixins/tracing/traced.middleware.ts";
import manifest from "./package.json" with { type: "json" };
import { operatorCommands } from "./repl/commands.ts";
import { operatorCalls } from "./repl/operator.middleware.ts";

/** Seconds between two heartbeats, and of silence after which a node is given up: at most 3.5 until that is seen. */
const HEARTBEAT = 1;
const SILENCE = 2;

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
  middlewares: [checkSchemas, drainFirst, followRequests],
};

/** How this process is one of many, or the only one. */
export const placedIn = ({ nats }: Pick<Config, "nats">): BrokerOptions =>
  nats === undefined
    ? brokerOptions
    : {
        ...brokerOptions,
        transporter: new NatsTransporter(nats, `${hostname()}-${process.pid}`),
        heartbeatInterval: HEARTBEAT,
        heartbeatTimeout: SILENCE,
        middlewares: [...(brokerOptions.middlewares ?? []), fanOutOver(nats)],
      };

/** A process that logs, and that operators may speak to. */
export function operatedBy(config: Pick<Config, "nats" | "logLevel" | "logFormat">): BrokerOptions {
  const base = placedIn(config);
  return {
    ...base,
    logger: loggerOf(config.logFormat, config.logLevel),
    middlewares: [...(base.middlewares ?? []), operatorCalls],
    replOptions: { delimiter: "wirehouse $", customCommands: operatorCommands },
  };
}

/** For Moleculer's runner. */
export default function runnerOptions(): BrokerOptions {
  const config = readConfig(process.env);
  const operated = operatedBy(config);
  const options: BrokerOptions = {
    ...operated,
    middlewares: watchedOn(config, operated.middlewares ?? []),
    async started(broker) {
      const text = greeting(config, broker);
      if (config.logFormat === "json") broker.logger.info(text);
      else console.log(text);
    },
  };
  shield(options);
  // The runner takes SERVICES for what to load, from here, instead of the folder that it was given.
  if (process.env.SERVICES) process.env.SERVICEDIR = join(import.meta.dirname, "services");
  return options;
}

/** Where it is to be watched: metrics, whether it lives and is ready, traces. */
function watchedOn(config: Config, middlewares: BrokerOptions["middlewares"] = []) {
  const { metricsPort: port, services, tracing } = config;
  const { version } = manifest;
  return [
    ...(port === undefined ? [] : [watched({ port, services, version })]),
    ...middlewares,
    ...(port === undefined ? [] : [timeActions]),
    ...(tracing === undefined ? [] : [traced(tracing, version)]),
  ];
}

/** The runner would overwrite options from variables of the same name, which others set for themselves. */
function shield(options: BrokerOptions): void {
  // Its types don't know its defaults.
  const defaults: object = Reflect.get(ServiceBroker, "defaultOptions");
  const names = new Set(Object.keys({ ...defaults, ...options }).map((name) => name.toUpperCase()));
  delete process.env.SERVICEDIR;
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

function greeting({ host, port, database, services, nats }: Config, broker: ServiceBroker): string {
  const actual = gatewayPort(broker) ?? port;
  const at = `${host.includes(":") ? `[${host}]` : host}:${actual}`;
  const rest = [`  REST    http://${at}/v1`, `  stream  ws://${at}/v1/stream`];
  return [
    "Wirehouse is ready.",
    ...(nats ? [`  node    ${broker.nodeID}: ${services.join(", ")}`] : []),
    ...(services.includes("gateway") ? rest : []),
    ...(services.includes("persistence") ? [`  data    ${placeOf(database)}`] : []),
  ].join("\n");
}

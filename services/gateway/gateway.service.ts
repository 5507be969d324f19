import type { Server } from "node:http";
import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import ApiGateway, { type ApiSettingsSchema, type GatewayResponse, type IncomingRequest } from "moleculer-web";
import { type Config, readConfig } from "../../config.ts";
import { CONNECTIONS } from "../../contract/limits.ts";
import { call } from "../../mixins/call.ts";
import { directoryOf, directoryView } from "../../mixins/directory-view/directory-view.mixin.ts";
import { fanOutOf } from "../../mixins/fan-out/fan-out.middleware.ts";
import { twice } from "../../mixins/lost.ts";
import { meterOf } from "../../mixins/metrics/meter.ts";
import { Retries } from "../../mixins/retries.ts";
import type { FindCredential } from "./authenticate.ts";
import { inCourseOf } from "./course.ts";
import type { EventStreams } from "./event-streams.ts";
import { failuresTold } from "./failures.ts";
import { routes } from "./http.ts";
import { listen } from "./listen.ts";
import { answerMalformed } from "./malformed.ts";
import { RateLimit } from "./rate-limit.ts";
import { timeRequests } from "./request-times.ts";
import { Rest } from "./rest.ts";
import type { Caller } from "./route.ts";
import { type Signals, signalsOf } from "./signals.ts";
import type { Rounds } from "./stream/rounds.ts";
import type { Streams } from "./stream/websocket.ts";
import { type AskFor, type StreamsOptions, streamsOf } from "./streams.ts";

/** Milliseconds for a request to arrive whole. */
const REQUEST_TIMEOUT = 60_000;

/** Milliseconds over which a gateway that stops sends its streams away. */
const FAREWELL = 1_000;
/** Milliseconds in which one of several does so, and serves on: load balancers take a while to notice. */
const LINGER = 3_000;

type Parts = { rest: Rest; streams: Streams; events: EventStreams; rounds: Rounds; signals: Signals };
const parts = new WeakMap<Service, Parts>();

function partsOf(service: Service): Parts {
  const found = parts.get(service);
  if (!found) throw new Error("the gateway has not been created");
  return found;
}

const restOf = (request: IncomingRequest): Rest => partsOf(request.$service).rest;

/** Whether requests could be served now. */
const probe = (broker: ServiceBroker): Promise<unknown> => twice(() => call(broker, "persistence.revision", {}));

/** The only service that speaks HTTP: REST, the stream, health, what is told of the API. */
export const gateway = ({
  port,
  host,
  rate,
  origins,
}: Pick<Config, "port" | "host" | "rate" | "origins">): ServiceSchema<ApiSettingsSchema> => ({
  name: "gateway",
  mixins: [{ ...ApiGateway, started: undefined }, directoryView],
  dependencies: ["router", "persistence", "directory"],

  settings: {
    port,
    ip: host,
    requestTimeout: REQUEST_TIMEOUT,
    // Bodies are ours to read, after the token; queries and paths are kept apart from them.
    routes: routes(restOf, origins).map((route) => ({
      ...route,
      bodyParsers: false,
      mergeParams: false,
      mappingPolicy: "restrict",
      pathToRegexpOptions: { sensitive: true },
    })),
    // Requests carry people's texts: none of it is logged.
    logRequest: null,
    logRequestParams: null,
    logResponse: null,
    logRouteRegistration: null,
  },

  // Routes are not to be changed from outside.
  actions: { listAliases: false, addRoute: false, removeRoute: false },

  methods: {
    errorHandler(this: Service, request: IncomingRequest, response: GatewayResponse, error: unknown) {
      inCourseOf(request, response, () => partsOf(this).rest.fail(response, error));
    },
    send404(this: Service, _request: IncomingRequest, response: GatewayResponse) {
      partsOf(this).rest.notFound(response);
    },
    probe(this: Service) {
      return probe(this.broker);
    },
    async drain(this: Service) {
      const { rest, streams, events, rounds, signals } = partsOf(this);
      rounds.stop();
      events.stop();
      const isAlone = !this.broker.transit;
      await Promise.all([rest.drain(isAlone ? 0 : LINGER), streams.drain(isAlone ? FAREWELL : LINGER)]);
      await signals.goodbye();
    },
  },

  created(this: Service & { server?: Server }) {
    const { broker, logger, server } = this;
    const fanOut = fanOutOf(broker);
    const meter = meterOf(broker);
    const retries = new Retries();
    const askOnce: AskFor = (name, params, meta) => call(broker, name, params, meta);
    const ask: AskFor = (name, params, meta) => retries.persist(name, () => askOnce(name, params, meta));
    const find: FindCredential = (tokenHash) =>
      retries.persist("directory.credentials", () => directoryOf(this).credential(tokenHash));
    const limit = new RateLimit(rate);
    const rest = new Rest({
      logger,
      find,
      probe: () => probe(broker),
      callerOf: (credential): Caller => {
        const { principal } = credential;
        return {
          principal,
          // Moleculer lays what comes back in meta over the caller's: each call gets its own.
          ask: (name, params) => ask(name, params, { principalId: principal.id }),
          spend: () => limit.take(principal.id),
          notify: (notice) => fanOut.notify(principal.id, notice),
          follow: (response, conversationId, cursor) => events.follow(response, credential, conversationId, cursor),
        };
      },
    });
    const failed = failuresTold((sentence, error) => logger.warn(sentence, error));
    const signals = signalsOf({ broker, fanOut, directory: directoryOf(this), failed });
    const headsOf: StreamsOptions["headsOf"] = (params) =>
      retries.persist("persistence.headsOf", () => call(broker, "persistence.headsOf", params));
    const backend = { fanOut, ask, askOnce, headsOf, find, failed, limit, signals, meter };
    const { streams, events, rounds } = streamsOf(backend);
    if (server) {
      server.maxConnections = CONNECTIONS;
      timeRequests(server, meter);
      answerMalformed(server);
      streams.attach(server);
    }
    directoryOf(this).onChange(() => {
      streams.judge();
      events.judge();
    });
    parts.set(this, { rest, streams, events, rounds, signals });
  },

  async started(this: Service & { server?: Server }) {
    if (this.server) await listen(this.server, port, host, this.logger);
    for (const part of [partsOf(this).rounds, partsOf(this).signals]) part.start();
  },

  async stopped(this: Service & { server?: Server }) {
    const { streams, rounds, signals } = partsOf(this);
    for (const one of [rounds, signals]) one.stop();
    // Else an idle or streaming connection would keep the broker from ever stopping.
    streams.stop();
    this.server?.closeAllConnections();
  },
});

export default gateway(readConfig(process.env));

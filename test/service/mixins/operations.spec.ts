import { expect } from "chai";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { refuse } from "../../../contract/errors.ts";
import { timeActions } from "../../../mixins/metrics/action-times.middleware.ts";
import { serveOperations } from "../../../mixins/metrics/operations.ts";
import { watched } from "../../../mixins/metrics/watched.middleware.ts";
import { brokerOptions } from "../../../moleculer.config.ts";
import { freePort } from "../../support/free-port.ts";

/** A watched broker with a service, and how to ask it. */
async function withWatched(service: ServiceSchema, use: (broker: ServiceBroker, ask: Ask) => Promise<void>) {
  const port = await freePort();
  const options = { port, version: "1.2.3", services: ["router"] };
  const middlewares = [watched(options), ...(brokerOptions.middlewares ?? []), timeActions];
  const broker = new ServiceBroker({
    ...brokerOptions,
    logger: false,
    skipProcessEventRegistration: true,
    middlewares,
  });
  broker.createService(service);
  try {
    await use(broker, async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    });
  } finally {
    await broker.stop();
  }
}
type Ask = (path: string) => Promise<{ status: number; text: string }>;

describe("a process that is watched", () => {
  it("does not end because a connection could not be accepted", async () => {
    const server = await serveOperations(0, { metrics: async () => "", unready: async () => undefined });
    try {
      for (let i = 0; i < 2; i++) server.emit("error", new Error("accept ENOBUFS"));
      expect(server.listening).to.equal(true);
    } finally {
      server.close();
    }
  });

  it("lives from the first moment, and is ready when its services are and can do their part", async () => {
    const starting = Promise.withResolvers<void>();
    let broken = false;
    const service: ServiceSchema = {
      name: "store",
      started: () => starting.promise,
      methods: {
        async probe() {
          if (broken) throw new Error("secret of the database");
        },
      },
    };
    await withWatched(service, async (broker, ask) => {
      const started = broker.start();
      await new Promise(setImmediate);
      expect((await ask("/livez")).status).to.equal(200);
      expect((await ask("/readyz")).status).to.equal(503);
      starting.resolve();
      await started;
      expect(await ask("/readyz")).to.deep.equal({ status: 200, text: "ok\n" });
      broken = true;
      expect(await ask("/readyz")).to.deep.equal({ status: 503, text: "store cannot be served\n" });
      expect((await ask("/livez")).status, "it need not be started again").to.equal(200);
      expect((await ask("/elsewhere")).status).to.equal(404);
    });
  });

  it("times its actions, by name and outcome, and says what it is", async () => {
    const service: ServiceSchema = {
      name: "some",
      actions: {
        good: () => 1,
        gone: () => {
          throw refuse("not-found", "of somebody");
        },
        bad: () => {
          throw new Error("of somebody");
        },
      },
    };
    await withWatched(service, async (broker, ask) => {
      await broker.start();
      for (const name of ["good", "good", "gone", "bad"]) await broker.call(`some.${name}`).catch(() => {});
      const { text } = await ask("/metrics");
      const counts = [
        ...text.matchAll(/^wirehouse_action_seconds_count\{action="some\.(.*?)",outcome="(.*?)"\} (\d+)/gm),
      ];
      expect(counts.map((found) => found.slice(1).join(" "))).to.deep.equal([
        "good ok 2",
        "gone not-found 1",
        "bad internal 1",
      ]);
      expect(text).to.include('wirehouse_info{version="1.2.3",services="router"} 1');
      expect(text).to.match(/^process_resident_memory_bytes \d{7,}$/m);
      expect(text).to.match(/^nodejs_eventloop_lag_p99_seconds \d/m);
      expect(text).not.to.include("of somebody");
    });
  });

  it("does not start on a port that is taken, and says so in a sentence", async () => {
    const taken = await serveOperations(0, { metrics: async () => "", unready: async () => undefined });
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const second = serveOperations(port, { metrics: async () => "", unready: async () => undefined });
    const refusal = await second.then(
      () => "served",
      (error: Error) => `${error.name}: ${error.message}`,
    );
    taken.close();
    expect(refusal).to.match(/^CannotStart: METRICS_PORT cannot be served: .*EADDRINUSE/);
  });
});

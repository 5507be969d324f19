import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

const Attribute = Type.Object({
  key: Type.String(),
  value: Type.Object({ stringValue: Type.Optional(Type.String()) }),
});
const Span = Type.Object({
  traceId: Type.String(),
  spanId: Type.String(),
  parentSpanId: Type.Optional(Type.String()),
  name: Type.String(),
  attributes: Type.Array(Attribute),
  links: Type.Optional(Type.Array(Type.Object({ traceId: Type.String(), spanId: Type.String() }))),
});
const Told = Type.Object({
  resourceSpans: Type.Array(
    Type.Object({
      resource: Type.Object({ attributes: Type.Array(Attribute) }),
      scopeSpans: Type.Array(Type.Object({ spans: Type.Array(Span) })),
    }),
  ),
});
type Seen = Static<typeof Span> & { node: string };

/** A collector as far as spans go: OTLP over HTTP, in JSON. */
class Collector {
  readonly spans: Seen[] = [];
  text = "";
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      this.text += text;
      for (const { resource, scopeSpans } of Value.Parse(Told, JSON.parse(text)).resourceSpans) {
        const node = resource.attributes.find(({ key }) => key === "service.instance.id")?.value.stringValue ?? "";
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, node }))));
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }

  static async with<T>(use: (collector: Collector, url: string) => Promise<T>): Promise<T> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
    const address = collector.#server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    try {
      return await use(collector, `http://127.0.0.1:${port}`);
    } finally {
      collector.#server.close();
      collector.#server.closeAllConnections();
    }
  }

  of(traceId: string, name: string): Seen[] {
    return this.spans.filter((span) => span.traceId === traceId && span.name === name);
  }
}

describeOnNats("traces", () => {
  it("follow a send from the client's traceparent over NATS to the commit; a batch is linked to all that are in it", () =>
    Collector.with((collector, url) => {
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: "0" };
      const layout = {
        persistence: { services: "directory,persistence,presence", environment },
        router: { services: "router", environment },
        gateway: { services: "gateway", environment },
      };
      return Cluster.with(layout, async (cluster) => {
        const admin = new Client(cluster.gateways[0]?.url ?? "", ADMINISTRATOR);
        const ana = await admin.person("ana");
        const room = await admin.room("ana");
        const traces = Array.from({ length: 40 }, () => randomBytes(16).toString("hex"));
        const sends = traces.map((traceId, index) =>
          fetch(`${ana.url}/v1/messages`, {
            method: "POST",
            headers: {
              authorization: `Bearer ${ana.token}`,
              "content-type": "application/json",
              traceparent: `00-${traceId}-${"1".padStart(16, "0")}-01`,
            },
            body: JSON.stringify({ to: room, text: `secret words ${index}` }),
          }),
        );
        expect((await Promise.all(sends)).map(({ status }) => status)).to.deep.equal(traces.map(() => 201));
        const [first = ""] = traces;
        const isWhole = (traceId: string) =>
          ["POST /messages", "router.post", "persistence.append"].every(
            (name) => collector.of(traceId, name).length > 0,
          );
        await until(() => isWhole(first) && collector.spans.some(({ name }) => name === "commit"), "spans to be told");

        const request = collector.of(first, "POST /messages")[0];
        expect(request?.parentSpanId, "the client's span").to.equal("1".padStart(16, "0"));
        const post = collector.of(first, "router.post")[0];
        const nodes = new Set(collector.spans.filter(({ traceId }) => traceId === first).map(({ node }) => node));
        expect([...nodes].length, "gateway, router and persistence").to.equal(3);
        const chain = (span: Seen | undefined): string[] =>
          span ? [span.name, ...chain(collector.spans.find(({ spanId }) => spanId === span.parentSpanId))] : [];
        expect(chain(post).at(-1)).to.equal("POST /messages");
        const turns = collector.spans.filter(({ name }) => name === "turn");
        expect(turns.length, "turns take what waits").to.be.below(traces.length);
        const linked = new Set(turns.flatMap(({ links = [] }) => links.map(({ traceId }) => traceId)));
        expect(linked).to.deep.equal(new Set(traces));
        expect(chain(collector.spans.find(({ name }) => name === "commit")).slice(1, 3)).to.deep.equal([
          "persistence.append",
          "turn",
        ]);
        const query = collector.spans.find(({ name }) => name === "query");
        expect(query?.attributes.map(({ key }) => key)).to.include("db.query.text");
        expect(
          collector.spans.filter(({ traceId }) => !traces.includes(traceId)),
          "of no share",
        ).to.deep.equal([]);
        expect(collector.text)
          .not.to.match(/secret words/)
          .and.not.include(ana.token);
      });
    }));
});

import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { ActionHandler, ActionSchema, Middleware, ServiceBroker } from "moleculer";
import { spanned, traceIn } from "./spans.ts";

export type Tracing = {
  /** Of an OpenTelemetry collector that takes OTLP over HTTP. */
  endpoint: string;
  /** Of traces that begin here, 0 to 1; who comes with a trace has decided already. */
  share: number;
};

/** A process whose spans are told to a collector: each action is one, whoever calls it from wherever. */
export function traced({ endpoint, share }: Tracing, version: string): Middleware {
  let provider: TracerProvider | undefined;
  return {
    name: "traced",
    created(broker: ServiceBroker) {
      provider = new TracerProvider({
        resource: resourceFromAttributes({
          "service.name": "wirehouse",
          "service.version": version,
          "service.instance.id": broker.nodeID,
        }),
        sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
        spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) })],
      });
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      propagation.setGlobalPropagator(new W3CTraceContextPropagator());
      trace.setGlobalTracerProvider(provider);
    },
    async stopped() {
      // What the collector does not take any more is lost, and that is all.
      await provider?.shutdown().catch(() => {});
    },
    localAction(next: ActionHandler, { name = "" }: ActionSchema): ActionHandler {
      return function (ctx) {
        return spanned(name, () => next.call(this, ctx), { kind: SpanKind.SERVER }, traceIn(ctx.headers));
      };
    },
  };
}

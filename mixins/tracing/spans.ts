import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  context,
  propagation,
  type Span,
  type SpanContext,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { refusalOf } from "../../contract/errors.ts";

/**
 * Spans in OpenTelemetry's words. Where tracing is off they are its own no-ops. A span has names, numbers and kinds of
 * failures: never a text, an error's message or a parameter.
 */

const tracer = () => trace.getTracer("wirehouse");

/** Runs something in a span of its own, which is what is called in its course belongs to. */
export async function spanned<T>(
  name: string,
  run: () => Promise<T>,
  options: SpanOptions = {},
  parent: Context = context.active(),
): Promise<T> {
  const span = tracer().startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), run);
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A span that ends when somebody says so; what is to belong to it is run in `context`. */
export function begun(name: string, options: SpanOptions, parent: Context): { span: Span; context: Context } {
  const span = tracer().startSpan(name, options, parent);
  return { span, context: trace.setSpan(parent, span) };
}

export function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute("error.type", refusalOf(error).type);
}

/** The trace in whose course this is called, if any. */
export const currentTrace = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

/** The headers by which a call goes on with the trace (W3C Trace Context). */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** What came with headers: those of a call, or of a client's request. */
export const traceIn = (headers: object): Context => propagation.extract(context.active(), headers);

/** Where something came from that waits to be done together with others. */
export class Origin {
  readonly span: SpanContext | undefined = trace.getActiveSpan()?.spanContext();
  /** Runs something in the course in which this was made. */
  readonly resume = AsyncLocalStorage.snapshot();

  get sampled(): boolean {
    return this.span !== undefined && (this.span.traceFlags & TraceFlags.SAMPLED) !== 0;
  }
}

/** Does together what came from several: in the course of the first that is traced, linked to all that are. */
export function together<T>(name: string, origins: readonly Origin[], run: () => Promise<T>): Promise<T> {
  const traced = origins.filter(({ sampled }) => sampled);
  const leader = traced[0] ?? origins[0];
  if (!leader) return run();
  const links = traced.flatMap(({ span }) => (span ? [{ context: span }] : []));
  const attributes = { "wirehouse.batch": origins.length };
  return leader.resume(() => (traced.length === 0 ? run() : spanned(name, run, { links, attributes })));
}

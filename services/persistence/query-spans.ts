import { context, type Span, SpanKind, trace } from "@opentelemetry/api";
import type { Knex } from "knex";
import { begun, failed } from "../../mixins/tracing/spans.ts";

type Query = { __knexQueryUid: string; sql: string };

/** A span for each query of what is traced: with its statement, in which values are places, and never with them. */
export function traceQueries(reader: Knex): void {
  const spans = new Map<string, Span>();
  const ended = ({ __knexQueryUid: id }: Query, error?: unknown) => {
    const span = spans.get(id);
    if (!span) return;
    spans.delete(id);
    if (error) failed(span, error);
    span.end();
  };
  reader
    .on("query", ({ __knexQueryUid: id, sql }: Query) => {
      if (!trace.getActiveSpan()?.isRecording()) return;
      const attributes = { "db.query.text": sql };
      spans.set(id, begun("query", { kind: SpanKind.CLIENT, attributes }, context.active()).span);
    })
    .on("query-response", (_response: unknown, query: Query) => ended(query))
    .on("query-error", (error: unknown, query: Query) => ended(query, error));
}

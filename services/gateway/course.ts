import type { IncomingMessage, ServerResponse } from "node:http";
import { type Context, context, SpanKind } from "@opentelemetry/api";
import { v7 as uuid } from "uuid";
import { inRequest, type RequestContext } from "../../mixins/request/context.ts";
import { begun, traceIn } from "../../mixins/tracing/spans.ts";
import { routeOf } from "./request-times.ts";

/** What all has in common that is done to answer one request of a client. */
type Course = { request: RequestContext; trace: Context };
const courses = new WeakMap<IncomingMessage, Course>();

/**
 * Runs a step of answering a client's request: whatever it calls or logs, on any node, has the request's id, and belongs
 * to the trace that the client came with, or to one that begins here.
 */
export function inCourseOf<T>(message: IncomingMessage, response: ServerResponse, run: () => T): T {
  const { request, trace } = courses.get(message) ?? begin(message, response);
  return inRequest(request, () => context.with(trace, run));
}

function begin(message: IncomingMessage, response: ServerResponse): Course {
  const { span, context: trace } = begun("request", { kind: SpanKind.SERVER }, traceIn(message.headers));
  response.once("close", () => {
    span.updateName(routeOf(message));
    span.setAttribute("http.response.status_code", response.statusCode);
    span.end();
  });
  const course = { request: { requestId: uuid() }, trace };
  courses.set(message, course);
  return course;
}

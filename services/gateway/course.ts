import type { IncomingMessage } from "node:http";
import { v7 as uuid } from "uuid";
import { inRequest, type RequestContext } from "../../mixins/request/context.ts";

const requests = new WeakMap<IncomingMessage, RequestContext>();

/** Runs a step of answering a client's request: whatever it calls or logs, on any node, has the request's id. */
export function inCourseOf<T>(message: IncomingMessage, run: () => T): T {
  const request = requests.get(message) ?? { requestId: uuid() };
  requests.set(message, request);
  return inRequest(request, run);
}

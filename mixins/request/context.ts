import { AsyncLocalStorage } from "node:async_hooks";
import { traceHeaders } from "../tracing/spans.ts";

/** On whose behalf something is done: what all of one request's lines of log have in common, on every node. */
export type RequestContext = { readonly requestId: string };

const storage = new AsyncLocalStorage<RequestContext>();

/** The request in whose course this is called, if any. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

/** Runs something, and all that it starts, in the course of a request. */
export const inRequest = <T>(request: RequestContext, run: () => T): T => storage.run(request, run);

/** Under which a request travels with a call. */
const REQUEST_ID = "request-id";

/** The headers of a call that is made in the course of a request: its id, and the trace that it belongs to. */
export function requestHeaders(): Record<string, string> {
  const request = currentRequest();
  return request ? { [REQUEST_ID]: request.requestId, ...traceHeaders() } : traceHeaders();
}

/** The request that a call's headers speak of. */
export function requestIn(headers: Readonly<Record<string, unknown>>): RequestContext | undefined {
  const requestId = headers[REQUEST_ID];
  return typeof requestId === "string" ? { requestId } : undefined;
}

import type { IncomingMessage, Server } from "node:http";
import type { Meter } from "../../mixins/metrics/meter.ts";

/** Of requests that were let in, which call of the API they are. */
const routes = new WeakMap<IncomingMessage, string>();

/** @param path as the API has it, with its parameters' names: there are as many as there are calls */
export function isFor(message: IncomingMessage, path: string): void {
  routes.set(message, `${message.method} ${path}`);
}

/** The call of the API that a request is; `other` for what is none, or was not let in. */
export const routeOf = (message: IncomingMessage): string => routes.get(message) ?? "other";

/** Times every request of an HTTP server, from its first byte to the last of its answer; event streams have no end. */
export function timeRequests(server: Server, meter: Meter): void {
  server.on("request", (request, response) => {
    const began = performance.now();
    response.once("close", () => {
      if (String(response.getHeader("content-type")).startsWith("text/event-stream")) return;
      const status = response.writableFinished ? String(response.statusCode) : "aborted";
      const route = routeOf(request);
      meter.observe("wirehouse_http_request_seconds", (performance.now() - began) / 1000, { route, status });
    });
  });
}

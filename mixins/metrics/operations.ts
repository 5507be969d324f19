import { createServer, type Server, type ServerResponse } from "node:http";
import { CannotStart } from "../../contract/errors.ts";

/** What is asked for beside the API: by Prometheus, by whoever starts and stops processes. */
export type Operated = {
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  /** Why this process cannot do its part now; undefined when it can. */
  unready(): Promise<string | undefined>;
};

/**
 * `/metrics`, `/livez` and `/readyz` of any process, on a port of their own and all addresses: it tells nothing of
 * people, and who may reach it is the network's to say.
 * @throws CannotStart when the port is taken
 */
export function serveOperations(port: number, { metrics, unready }: Operated): Promise<Server> {
  const answers: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    "/metrics": async (response) => say(response, 200, await metrics(), "text/plain; version=0.0.4; charset=utf-8"),
    "/livez": (response) => say(response, 200, "ok\n"),
    "/readyz": async (response) => {
      const reason = await unready();
      say(response, reason === undefined ? 200 : 503, `${reason ?? "ok"}\n`);
    },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split("?")[0] ?? ""];
    if (!answer) return say(response, 404, "There are /metrics, /livez and /readyz\n");
    if (request.method !== "GET" && request.method !== "HEAD") return say(response, 405, "Only GET and HEAD\n");
    Promise.try(answer, response).catch(() => say(response, 500, "It failed\n"));
  });
  return new Promise((resolve, reject) => {
    // Also once it listens: an error that nobody heard would end the process, one of accepting a connection too.
    server.on("error", ({ message }) => reject(new CannotStart(`METRICS_PORT cannot be served: ${message}`)));
    server.listen(port, () => resolve(server));
  });
}

function say(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type }).end(text);
}

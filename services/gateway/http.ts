import type { GatewayResponse, IncomingRequest } from "moleculer-web";
import { api } from "./api.ts";
import { cors } from "./cors.ts";
import { inCourseOf } from "./course.ts";
import { answerDocument, asksToRead, documents } from "./documents.ts";
import { type Endpoint, endpoints } from "./endpoint.ts";
import { isFor } from "./request-times.ts";
import type { Rest } from "./rest.ts";

type Next = (error?: unknown) => void;
type Handler = (request: IncomingRequest, response: GatewayResponse, next: Next) => void;

type RestOf = (request: IncomingRequest) => Rest;

const admit =
  (restOf: RestOf): Handler =>
  (request, response, next) => {
    inCourseOf(request, response, () => restOf(request).admit(request)).then(() => next(), next);
  };

/** What anybody may read, without a token. */
const open =
  (give: (request: IncomingRequest, response: GatewayResponse) => void | Promise<void>): Handler =>
  (request, response, next) => {
    Promise.try(async () => {
      if (asksToRead(request, response)) await give(request, response);
    }).catch(next);
  };

const handled =
  (restOf: RestOf, path: string, endpoint: Endpoint): Handler =>
  (request, response, next) => {
    isFor(request, path);
    const asked = { message: request, url: request.originalUrl, path: request.$params.params };
    inCourseOf(request, response, () => restOf(request).handle(endpoint, asked, response)).catch(next);
  };

const paths = endpoints(api.flatMap((table) => table.routes));

/** What moleculer-web answers, by path: what anybody may read, and the API behind a token. */
export const routes = (restOf: RestOf, origins: readonly string[]) => {
  const preflight = cors(origins);
  const crossOrigin: Handler = (request, response, next) => {
    if (!preflight(request, response)) next();
  };
  return [
    {
      path: "/",
      use: [crossOrigin],
      aliases: {
        "* /livez": open((request, response) => restOf(request).live(response)),
        "* /readyz": open((request, response) => restOf(request).ready(response)),
        ...Object.fromEntries(
          [...documents()].map(([path, document]) => [
            `* ${path}`,
            open((_request, response) => answerDocument(response, document)),
          ]),
        ),
      },
    },
    {
      path: "/v1",
      use: [crossOrigin, admit(restOf)],
      aliases: Object.fromEntries([...paths].map(([path, endpoint]) => [`* ${path}`, handled(restOf, path, endpoint)])),
    },
  ];
};

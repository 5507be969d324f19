import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse, thrown } from "../../contract/errors.ts";
import type { Credential } from "../../contract/principal.ts";
import { allows } from "./authenticate.ts";
import { readBody } from "./body.ts";
import { readIJson } from "./i-json.ts";
import { answer } from "./problem.ts";
import { parseQuery } from "./query.ts";
import { type Caller, isLimited, type Route } from "./route.ts";

/** Answers every method of one path. */
export type Endpoint = (request: Request, response: ServerResponse) => Promise<void>;

export type Request = {
  message: IncomingMessage;
  /** With the query. */
  url: string;
  /** The path's parameters, decoded. */
  path: Record<string, string>;
  credential: Credential;
  caller: Caller;
};

/** The paths of a table of routes, each with what answers it. */
export function endpoints(routes: readonly Route[]): Map<string, Endpoint> {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  return new Map([...byPath].map(([path, methods]) => [path, endpoint(methods)]));
}

function endpoint(routes: readonly Route[]): Endpoint {
  const methods = new Map<string, Route>(routes.map((route) => [route.method, route]));
  const get = methods.get("GET");
  if (get) methods.set("HEAD", get);
  const headers = { Allow: [...methods.keys(), "OPTIONS"].join(", ") };

  return async ({ message, url, path, credential, caller }, response) => {
    if (message.method === "OPTIONS") {
      answer(response, 204, undefined, headers);
      return;
    }
    const route = methods.get(message.method ?? "");
    if (!route) {
      response.setHeader("Allow", headers.Allow);
      throw refuse("method-not-allowed", `Here only ${headers.Allow} are offered`);
    }
    if (!allows(credential, route.scope)) throw refuse("forbidden", `The token lacks the scope ${route.scope}`);
    if (isLimited(route)) spend(caller, response);
    const body = async (most: number) => {
      const bytes = await readBody(message, most);
      // No body at all is an object without fields, where none are needed.
      return bytes.length === 0 ? {} : readIJson(bytes);
    };
    const header = (name: string) => message.headers[name]?.toString();
    const answered = await route.handle({ path, query: parseQuery(url), header, body }, caller);
    if ("stream" in answered) {
      // Whoever asks with HEAD wants to know whether there is one.
      if (message.method === "HEAD") answer(response, 200);
      else await answered.stream(response);
      return;
    }
    const { status, body: content, location } = answered;
    answer(response, status, content, location === undefined ? {} : { Location: location });
  };
}

/** @throws too-many */
function spend(caller: Caller, response: ServerResponse): void {
  const allowance = caller.spend();
  if (allowance === undefined) return;
  for (const [name, value] of Object.entries(allowance.headers)) response.setHeader(name, value);
  if (allowance.refusal) throw thrown(allowance.refusal);
}

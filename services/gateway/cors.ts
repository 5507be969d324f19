import type { IncomingMessage, ServerResponse } from "node:http";
import { answer } from "./problem.ts";

/** What a page may send with a request, by default none of it. */
const ALLOWED = {
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
  /** Seconds: the longest that all browsers heed. */
  "Access-Control-Max-Age": "7200",
};
/** What a page may read of an answer besides its body and a few headers. */
const EXPOSED = "Allow, Location, RateLimit, RateLimit-Policy, Retry-After";

/**
 * Lets pages of these origins ask this server from a browser, and of no other (Fetch Standard, 3.3). Tokens travel in a
 * header that a page must set itself, so no credentials of the browser's are let in.
 * @returns what answers a preflight, which never has a token; true when it has
 */
export function cors(origins: readonly string[]) {
  const allowed = new Set(origins);
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (allowed.size === 0) return false;
    // Who asks decides what is answered: no cache may give one origin's answer to another.
    response.setHeader("Vary", "Origin");
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return false;
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
    answer(response, 204, undefined, ALLOWED);
    return true;
  };
}

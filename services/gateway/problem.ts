import type { ServerResponse } from "node:http";
import { problemOf, type Refusal } from "../../contract/errors.ts";

/** Headers of every answer: nothing is guessed, framed, or run. */
export const security = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** Ends a response with JSON, or with nothing. */
export function answer(response: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}) {
  if (response.headersSent || response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status, { ...security, ...headers }).end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  const about = { "Content-Type": "application/json; charset=utf-8", "Content-Length": bytes.length };
  response.writeHead(status, { ...security, ...about, ...headers }).end(bytes);
}

/** Ends a response with a refusal as RFC 9457 problem details. */
export function answerProblem(response: ServerResponse, refusal: Refusal, headers: Record<string, string> = {}) {
  const problem = problemOf(refusal);
  answer(response, problem.status, problem, {
    "Content-Type": "application/problem+json",
    ...(problem.retryAfter !== undefined && { "Retry-After": String(Math.ceil(problem.retryAfter)) }),
    ...(problem.status === 401 && { "WWW-Authenticate": "Bearer" }),
    ...headers,
  });
}

import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "../../contract/errors.ts";
import { api } from "./api.ts";
import { openApi } from "./openapi.ts";
import { answer, security } from "./problem.ts";

/** What is there for everybody to read, without a token: the API's document, and a page that shows it. */

type Document = { type: string; bytes: Buffer; headers?: Record<string, string> };

const file = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
/** Swagger UI's own bundle, as it is. */
const bundled = (name: string): Buffer => readFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)));

const html = "text/html; charset=utf-8";
const css = "text/css; charset=utf-8";
const script = "text/javascript; charset=utf-8";

/** The page runs, shows and asks what this server gives, and nothing else. Swagger UI's pictures are in its styles. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Documents by path. Each is held once: however many read it slowly, it takes its size. */
export function documents(): Map<string, Document> {
  const { version }: { version: string } = JSON.parse(file("../../package.json").toString());
  return new Map<string, Document>([
    ["/openapi.json", { type: "application/json", bytes: Buffer.from(JSON.stringify(openApi(api, version))) }],
    ["/docs", { type: html, bytes: file("docs/page.html"), headers: { "Content-Security-Policy": pagePolicy } }],
    ["/docs/page.js", { type: script, bytes: file("docs/page.js") }],
    ["/docs/swagger-ui-bundle.js", { type: script, bytes: bundled("swagger-ui-bundle.js") }],
    ["/docs/swagger-ui.css", { type: css, bytes: bundled("swagger-ui.css") }],
  ]);
}

export function answerDocument(response: ServerResponse, { type, bytes, headers }: Document): void {
  response.writeHead(200, { ...security, "Content-Type": type, "Content-Length": bytes.length, ...headers }).end(bytes);
}

/**
 * Whether something that is only there to be read is asked for; else an OPTIONS is answered.
 * @throws method-not-allowed
 */
export function asksToRead({ method }: IncomingMessage, response: ServerResponse): boolean {
  if (method === "GET" || method === "HEAD") return true;
  const Allow = "GET, HEAD, OPTIONS";
  if (method !== "OPTIONS") {
    response.setHeader("Allow", Allow);
    throw refuse("method-not-allowed", `Here only ${Allow} are offered`);
  }
  answer(response, 204, undefined, { Allow });
  return false;
}

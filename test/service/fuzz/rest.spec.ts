import { request } from "node:http";
import fc from "fast-check";
import { api } from "../../../services/gateway/api.ts";
import type { Route } from "../../../services/gateway/route.ts";
import { Documented } from "../gateway/documented.ts";
import { type Client, withEdge } from "../gateway/edge.ts";
import { type Heard, judge } from "./judge.ts";
import { fieldsFor, garbage, type Known, valueFor } from "./values.ts";
import { SEED, world } from "./world.ts";

/** Requests to each route, and to no route in particular. */
const EACH = 40;
const WILD = 400;
/** Milliseconds after which a stream of events is left: it goes on for ever. */
const LISTEN = 50;

type Asked = { method: string; path: string; headers?: Record<string, string>; body?: string | Buffer };

/** A request as it is, which `fetch` would mend or refuse. */
function ask({ url, token }: Client, { method, path, headers, body }: Asked): Promise<Heard> {
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const { port } = new URL(url);
  const asking = request(
    {
      port,
      host: "127.0.0.1",
      method,
      path,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    },
    (response) => {
      const chunks: Buffer[] = [];
      const done = () => {
        const said = Object.entries(response.headersDistinct).map(([name, values]) => [name, String(values)]);
        const heard = Object.fromEntries(said);
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(heard),
          text: Buffer.concat(chunks).toString(),
        });
      };
      response.on("data", (chunk) => chunks.push(chunk)).once("end", done);
      if (response.headers["content-type"]?.startsWith("text/event-stream"))
        setTimeout(() => {
          done();
          response.destroy();
        }, LISTEN);
    },
  );
  asking.once("error", reject);
  asking.end(body);
  return promise;
}

/** As it stands in a URL; what can't be encoded is left out of it. */
function inUrl(value: unknown): string {
  const text = Array.isArray(value)
    ? value.join(",")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
  return encodeURIComponent(text.toWellFormed().slice(0, 500));
}

/** Requests to one route: good ones for the most part, with something wrong here and there. */
function requestsTo({ method, path, params, query, body }: Route, known: Known): fc.Arbitrary<Asked> {
  return fc
    .record({
      params: fieldsFor(params, known),
      query: fc.oneof(
        { arbitrary: fieldsFor(query, known), weight: 9 },
        { arbitrary: fc.dictionary(fc.string(), garbage, { maxKeys: 2 }), weight: 1 },
      ),
      body: fc.oneof(
        { arbitrary: valueFor(body, known).map((value) => JSON.stringify(value) ?? ""), weight: 9 },
        { arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
      ),
      type: fc.oneof(
        { arbitrary: fc.constant("application/json"), weight: 9 },
        {
          arbitrary: fc.constantFrom("text/plain", "application/json; charset=utf-16", "application/jsonp", "x"),
          weight: 1,
        },
      ),
    })
    .map((made) => {
      const at = path.replaceAll(/:(\w+)/g, (_, name) => inUrl(made.params[name]) || "%20");
      const asked = Object.entries<unknown>(made.query).map(([name, value]) => `${inUrl(name)}=${inUrl(value)}`);
      const search = asked.length > 0 ? `?${asked.join("&")}` : "";
      const bodied = method !== "GET" && method !== "DELETE";
      return {
        method,
        path: `/v1${at}${search}`,
        ...(bodied && { body: made.body, headers: { "content-type": made.type } }),
      };
    });
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "LINK", "QUERY"];
const HEADERS = [
  "content-type",
  "content-encoding",
  "accept",
  "origin",
  "x-http-method-override",
  "range",
  "if-match",
  "access-control-request-method",
  "last-event-id",
  "cookie",
  "transfer-encoding",
  "te",
  "expect",
];
const VALUES = [
  "application/json",
  "gzip",
  "*/*",
  "null",
  "DELETE",
  "bytes=0-1",
  "chunked",
  "trailers",
  "\u00ff",
  "-1",
  "1e9",
  "",
];

/** Requests to any place, in any way. */
function wild(known: Known): fc.Arbitrary<Asked> {
  const segments = api.flatMap(({ routes }) => routes.flatMap(({ path }) => path.split("/")));
  const segment = fc.oneof(
    { arbitrary: fc.constantFrom(...segments), weight: 4 },
    { arbitrary: fc.constantFrom(...Object.values(known).flat()).map(inUrl), weight: 2 },
    {
      arbitrary: fc.constantFrom("..", ".", "", "%2e%2e", "%2f", "%00", "%ff", "%", "%zz", ";a=1", "~", "*"),
      weight: 2,
    },
    { arbitrary: garbage.map(inUrl), weight: 1 },
  );
  return fc
    .record({
      method: fc.constantFrom(...METHODS),
      path: fc
        .tuple(
          fc.constantFrom("/v1/", "/", "//v1/", "/V1/", "/v1//"),
          fc.array(segment, { maxLength: 6 }),
          fc.constantFrom("", "/", "?", "?a=1&a=2", "?%ff", "?limit=%00", "?a[b]=1", "?__proto__=1"),
        )
        .map(([start, parts, end]) => `${start}${parts.join("/")}${end}`.replaceAll(" ", "%20")),
      headers: fc.dictionary(
        fc.constantFrom(...HEADERS.filter((name) => name !== "transfer-encoding" && name !== "expect")),
        fc.constantFrom(...VALUES),
        { maxKeys: 4 },
      ),
      body: fc.oneof(
        fc.constant(""),
        garbage.map((value) => JSON.stringify(value) ?? ""),
        fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      ),
    })
    .map((asked) => (asked.method === "GET" || asked.method === "HEAD" ? { ...asked, body: "" } : asked));
}

describe("A fuzzer over REST", () => {
  it("finds no answer but those of the document, no 5xx but 503, nothing of the insides, on any route", () =>
    withEdge(async (edge) => {
      const { callers, known } = await world(edge);
      const documented = new Documented(await (await fetch(`${edge.url}/openapi.json`)).text());
      for (const route of api.flatMap((table) => table.routes)) {
        const operation = documented.operations.find(({ operationId }) => operationId === route.name);
        if (!operation) throw new Error(`${route.name} is not documented`);
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...callers), requestsTo(route, known), async (caller, asked) => {
            const heard = await ask(caller, asked);
            judge(heard, asked);
            // A segment that is empty or dots makes it another path.
            if (heard.status === 404 || heard.status === 405) return;
            const isStream = heard.headers.get("content-type")?.startsWith("text/event-stream");
            documented.check(operation, heard.status, heard.headers, isStream ? undefined : heard.text);
          }),
          { seed: SEED, numRuns: EACH },
        );
      }
      for (const caller of callers) judge(await ask(caller, { method: "GET", path: "/v1/me" }), "at the end");
    })).timeout(120_000);

  it("finds the same on any path, by any method, with whatever headers and bytes", () =>
    withEdge(async (edge) => {
      const { callers, known } = await world(edge);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...callers), wild(known), async (caller, asked) =>
          judge(await ask(caller, asked), asked),
        ),
        { seed: SEED, numRuns: WILD },
      );
    })).timeout(120_000);
});

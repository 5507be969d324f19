import { expect } from "chai";
import { bodies } from "../../../contract/entry.ts";
import { Documented, type Operation } from "./documented.ts";
import { type Client, type Edge, Stream, withEdge } from "./edge.ts";
import { type Asked, filled, goodOnes, lively } from "./good-requests.ts";

/** Asks, and holds the answer to the document. @returns the status */
async function ask(
  document: Documented,
  operation: Operation,
  { url, token }: Pick<Client, "url" | "token">,
  { path, query = "", body }: Asked,
  type = "application/json",
): Promise<number> {
  const ended = new AbortController();
  const response = await fetch(`${url}${filled(operation.path, path)}${query}`, {
    method: operation.method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": type }) },
    body: body && JSON.stringify(body),
    signal: ended.signal,
  });
  const events = response.headers.get("content-type")?.startsWith("text/event-stream");
  const text = events ? undefined : await response.text();
  ended.abort();
  document.check(operation, response.status, response.headers, text);
  return response.status;
}

const statuses = ({ responses }: Operation, among: RegExp) => Object.keys(responses).filter((one) => among.test(one));

const withDocument = (use: (document: Documented, edge: Edge) => Promise<void>) =>
  withEdge(async (edge) => {
    const response = await fetch(`${edge.url}/openapi.json`);
    expect([response.status, response.headers.get("content-type")]).to.deep.equal([200, "application/json"]);
    await use(new Documented(await response.text()), edge);
  });

describe("the OpenAPI document and the server", () => {
  it("agree on all that is answered when all is well: status, type, headers and body", () =>
    withDocument(async (document, edge) => {
      const conversation = await lively(edge);
      const log = await edge.admin.get(`/v1/conversations/${conversation.id}/entries?limit=200`);
      const types: string[] = log.body.items.map(({ type }: { type: string }) => type);
      expect(types).to.include.members(Object.keys(bodies));
      const good = goodOnes(conversation);
      expect(Object.keys(good)).to.have.members(document.operations.map(({ operationId }) => operationId));
      for (const operation of document.operations) {
        const seen = new Set<string>();
        for (const asked of good[operation.operationId] ?? [])
          seen.add(String(await ask(document, operation, edge.admin, asked)));
        expect([...seen].sort(), operation.operationId).to.deep.equal(statuses(operation, /^2/));
      }
    }));

  it("agree on what is refused: without a token, with what isn't asked for, of what isn't there, in another type", () =>
    withDocument(async (document, edge) => {
      const { admin, url } = edge;
      const good = goodOnes(await lively(edge));
      for (const operation of document.operations) {
        const [asked = {}] = good[operation.operationId] ?? [];
        const refused = (changed: Asked, who: Pick<Client, "url" | "token"> = admin, type?: string) =>
          ask(document, operation, who, changed, type);
        if (operation.security.length === 0) continue;
        expect(await refused(asked, { url, token: "" }), operation.operationId).to.equal(401);
        if (operation.operationId === "stream") expect(await refused({}), "no upgrade").to.equal(404);
        else expect(await refused({ ...asked, query: "?unknown=1" }), operation.operationId).to.equal(400);
        if (operation.requestBody) {
          const { body } = asked;
          expect(await refused({ ...asked, body: { ...body, unknown: 1 } }), operation.operationId).to.equal(400);
          expect(await refused({ ...asked, body: {} }, admin, "text/plain"), operation.operationId).to.equal(415);
          const large = { ...body, unknown: "x".repeat(600_000) };
          expect(await refused({ ...asked, body: large }), operation.operationId).to.equal(413);
        }
        if (asked.path) expect(await refused({ ...asked, path: {} }), operation.operationId).to.equal(404);
      }
    }));

  it("agree on the stream: a WebSocket", () =>
    withDocument(async (document, { admin, url }) => {
      const [stream] = document.operations.filter(({ operationId }) => operationId === "stream");
      const socket = new Stream(url);
      expect((await socket.hello({ token: admin.token })).types()).to.deep.equal(["ready"]);
      expect(stream && statuses(stream, /^1/)).to.deep.equal(["101"]);
    }));
});

describe("the page that shows it", () => {
  it("comes whole from this server, and may load nothing from elsewhere", () =>
    withEdge(async ({ url }) => {
      const page = await fetch(`${url}/docs`);
      expect([page.status, page.headers.get("content-type")]).to.deep.equal([200, "text/html; charset=utf-8"]);
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).to.match(/^default-src 'none'; /);
      expect(policy).not.to.match(/unsafe|https?:|\*/);
      const loaded = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? "");
      const files = loaded.filter((address) => address !== "data:,");
      expect(files).to.have.length(3);
      for (const address of files) {
        const { status, headers } = await fetch(new URL(address, `${url}/docs`));
        expect([new URL(address, url).origin, status], address).to.deep.equal([url, 200]);
        expect(headers.get("content-type"), address).to.match(/^text\/(javascript|css); charset=utf-8$/);
        expect(headers.get("x-content-type-options")).to.equal("nosniff");
      }
    }));

  it("is there to be read: nothing else is offered, nor beside it", () =>
    withEdge(async ({ url }) => {
      for (const path of ["/docs", "/openapi.json", "/livez", "/readyz"]) {
        const head = await fetch(`${url}${path}`, { method: "HEAD" });
        expect([head.status, await head.text()], path).to.deep.equal([200, ""]);
        const options = await fetch(`${url}${path}`, { method: "OPTIONS" });
        expect([options.status, options.headers.get("allow")], path).to.deep.equal([204, "GET, HEAD, OPTIONS"]);
        for (const method of ["POST", "DELETE", "PROPFIND"]) {
          const refused = await fetch(`${url}${path}`, { method });
          expect([refused.status, refused.headers.get("allow")], path).to.deep.equal([405, "GET, HEAD, OPTIONS"]);
        }
      }
      for (const path of ["/docs/package.json", "/docs/..%2fpackage.json", "/docs/page.html"])
        expect((await fetch(`${url}${path}`)).status, path).to.equal(404);
    }));
});

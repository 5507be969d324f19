import { expect } from "chai";
import fc from "fast-check";
import { CONNECTIONS } from "../../../contract/limits.ts";
import { until } from "../../support/until.ts";
import { serverOf, withEdge } from "../gateway/edge.ts";
import { judged, stillServes, upgrade, Wire } from "./wire.ts";
import { SEED } from "./world.ts";

const MUTANTS = 200;
/** Connections that send nothing, or nearly nothing, at once. */
const IDLE = 500;

const hello = (token: string, path = "/v1/me") =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;

const posted = (token: string, headers: string, body: string) =>
  `POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;

/** What is no HTTP, or hardly. */
const oddities = (token: string): Record<string, string | Buffer> => ({
  "no HTTP at all": "hello, anybody there?\r\n\r\n",
  "a TLS greeting": Buffer.from("16030100a5010000a10303", "hex"),
  "HTTP/2 by prior knowledge": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "another version": "GET /v1/me HTTP/3.7\r\n\r\n",
  "no host": "GET /v1/me HTTP/1.1\r\n\r\n",
  "two lengths": posted(token, "Content-Length: 2\r\nContent-Length: 5", "{}"),
  "a length and chunks": posted(token, "Content-Length: 2\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"),
  "a negative length": posted(token, "Content-Length: -5", "{}"),
  "broken chunks": posted(token, "Transfer-Encoding: chunked", "zz\r\n{}\r\n"),
  "endless chunk extensions": posted(token, "Transfer-Encoding: chunked", `2;${"a".repeat(20_000)}\r\n{}\r\n`),
  "a NUL in a header": "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
  "oversized headers": `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(40_000)}\r\n\r\n`,
  "too many headers": `GET /v1/me HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(3_000)}\r\n`,
  "an oversized address": `GET /v1/${"a".repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  "somebody else's address": hello(token, "http://elsewhere.example/v1/me"),
  "no address": "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  "an address without a slash": hello(token, "v1/me"),
  "a tunnel": "CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
  "an expectation": posted(token, "Content-Length: 2\r\nExpect: wonders", "{}"),
  "an upgrade to h2c": `GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  "an upgrade of something else":
    "POST /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  "a broken one behind a good one": `${hello(token)}nonsense\r\n\r\n`,
});

describe("Bytes of strangers", () => {
  it("that are no HTTP, or hardly, are answered as problems or not at all, and harm nobody", () =>
    withEdge(async (edge) => {
      for (const [name, bytes] of Object.entries(oddities(edge.admin.token))) {
        const wire = new Wire(edge.url).say(bytes);
        // Half of a request is only known for one when no more comes.
        wire.socket.end();
        judged(await wire.answered(), name);
        wire.leave();
      }
      const wire = new Wire(edge.url).say(oddities("")["oversized headers"] ?? "");
      expect(await wire.answered()).to.match(/^HTTP\/1\.1 413 .+"type":"urn:wirehouse:problem:too-large"/s);
      await stillServes(edge);
    })).timeout(60_000);

  it("that were a request before something happened to them", () =>
    withEdge(async (edge) => {
      const good = Buffer.from(posted(edge.admin.token, "Content-Length: 28", '{"to":"@admin","text":"hello"}'));
      const mutation = fc.record({ at: fc.nat(good.length), cut: fc.nat(20), put: fc.uint8Array({ maxLength: 8 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
          const bytes = mutations.reduce(
            (all, { at, cut, put }) => Buffer.concat([all.subarray(0, at), put, all.subarray(at + cut)]),
            good,
          );
          const wire = new Wire(edge.url).say(bytes);
          wire.socket.end();
          judged(await wire.answered(), bytes.toString("latin1"));
          wire.leave();
        }),
        { seed: SEED, numRuns: MUTANTS },
      );
      await stillServes(edge);
    })).timeout(60_000);

  it("of more than the gateway has connections for are not taken, and those that are there go on", () =>
    withEdge(async ({ broker, url }) => {
      const server = serverOf(broker);
      expect(server.maxConnections).to.equal(CONNECTIONS);
      server.maxConnections = 3;
      const live = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
      const wires = [1, 2, 3].map(() => new Wire(url).say(live));
      for (const wire of wires) expect(await wire.answered()).to.include(" 200 ");
      const late = new Wire(url).say(live);
      await until(() => late.closed, "its end");
      expect(late.heard.length).to.equal(0);
      for (const wire of wires) wire.leave();
      await until(async () => (await fetch(`${url}/livez`).catch(() => undefined))?.status === 200, "room again");
    }));

  it("that never come keep nobody from being served", () =>
    withEdge(async (edge) => {
      const beginnings = [
        "",
        "G",
        "POST /v1/messages HTTP/1.1\r\nHost: x\r\n",
        posted(edge.admin.token, "Content-Length: 9", "{"),
        upgrade(),
      ];
      const wires = Array.from({ length: IDLE }, (_, index) =>
        new Wire(edge.url).say(beginnings[index % beginnings.length] ?? ""),
      );
      await until(
        () => wires.filter(({ heard }) => heard.includes(" 101 ")).length === IDLE / beginnings.length,
        "the upgrades",
      );
      await stillServes(edge);
      // Half are left without a word, the others end their side only.
      for (const [index, { socket }] of wires.entries())
        if (index % 2) socket.end();
        else socket.resetAndDestroy();
      await stillServes(edge);
      for (const wire of wires) wire.leave();
      await stillServes(edge);
    })).timeout(60_000);
});

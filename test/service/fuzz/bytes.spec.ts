import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { deflateRawSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { HELLO_BYTES } from "../../../contract/limits.ts";
import { until } from "../../support/until.ts";
import { type Edge, withEdge } from "../gateway/edge.ts";
import { checkProblem } from "./judge.ts";
import { SEED } from "./world.ts";

const MUTANTS = 200;
/** Connections that send nothing, or nearly nothing, at once. */
const IDLE = 500;

/** A TCP connection to the gateway, and what came of it. */
class Wire {
  readonly socket: Socket;
  #heard = Buffer.alloc(0);
  closed = false;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), "127.0.0.1");
    this.socket.on("data", (data) => {
      this.#heard = Buffer.concat([this.#heard, data]);
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  get heard(): Buffer {
    return this.#heard;
  }

  say(bytes: string | Buffer): this {
    this.socket.write(bytes);
    return this;
  }

  async answered(): Promise<string> {
    await until(() => this.closed || this.#heard.includes("\r\n\r\n"), "an answer");
    return this.#heard.toString("latin1");
  }

  leave(): void {
    this.socket.destroy();
  }
}

/** Each answer in what was heard: none of 500, each refusal a problem, but for what Node says of a missing host. */
function judged(heard: string, about: string): void {
  for (const answer of heard.split(/(?=HTTP\/1\.1 )/)) {
    if (answer === "") continue;
    const [, status = "0", headers = "", body = ""] =
      /^HTTP\/1\.1 (\d{3}) [^\r]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(answer) ?? [];
    expect(Number(status), about).to.be.within(100, 499);
    if (!/application\/problem\+json/i.test(headers)) continue;
    if (/transfer-encoding/i.test(headers) || body === "") continue;
    checkProblem(JSON.parse(body), Number(status), () => about);
  }
}

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

/** A handshake (RFC 6455, 4.1). */
const upgrade = (headers: Record<string, string> = {}, method = "GET") => {
  const all = {
    Host: "x",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`);
  return `${method} /v1/stream HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
};

/** A client's frame (RFC 6455, 5.2) with whatever bits. */
function frame({
  first,
  payload,
  masked = true,
  claim,
}: {
  first: number;
  payload: Buffer;
  masked?: boolean;
  claim?: number;
}): Buffer {
  const length = claim ?? payload.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
  header[0] = first;
  header[1] = (masked ? 0x80 : 0) | (length < 126 ? length : length < 0x10000 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([header, payload]);
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([header, key, payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
}

const TEXT = 0x81;
const text = (said: unknown) => frame({ first: TEXT, payload: Buffer.from(JSON.stringify(said)) });

/** The code of the close frame that a server ended with, if any: the last that it said. */
function closeCode(heard: Buffer): number | undefined {
  const at = heard.lastIndexOf(0x88);
  return at < 0 || heard.length < at + 4 ? undefined : heard.readUInt16BE(at + 2);
}

async function opened(url: string, token: string): Promise<Wire> {
  const wire = new Wire(url).say(upgrade());
  expect(await wire.answered()).to.include(" 101 ");
  wire.say(text({ type: "hello", token }));
  await until(() => wire.heard.includes('"ready"'), "ready");
  return wire;
}

async function stillServes({ url, admin }: Edge): Promise<void> {
  expect((await fetch(`${url}/livez`)).status).to.equal(200);
  expect((await admin.get("/v1/me")).status).to.equal(200);
}

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

  it("that ask badly for a stream get none", () =>
    withEdge(async (edge) => {
      for (const asked of [
        upgrade({ "Sec-WebSocket-Key": "" }),
        upgrade({ "Sec-WebSocket-Key": "short" }),
        upgrade({ "Sec-WebSocket-Version": "12" }),
        upgrade({ "Sec-WebSocket-Protocol": ",,\u00ff" }),
        upgrade({}, "POST"),
        upgrade({ Upgrade: "websocket, websocket" }),
      ]) {
        const wire = new Wire(edge.url).say(asked);
        const heard = await wire.answered();
        judged(heard, asked);
        expect(heard, asked).not.to.include(" 101 ");
        wire.leave();
      }
      await stillServes(edge);
    })).timeout(60_000);

  it("that are no frames, or too many of them, end their stream and no other", () =>
    withEdge(async (edge) => {
      const { url, admin } = edge;
      const witness = await admin.stream();
      const payload = Buffer.from("{}");
      const bomb = deflateRawSync(Buffer.alloc(50 * HELLO_BYTES));
      const control = Buffer.alloc(126);
      const fragments = Buffer.concat(
        Array.from({ length: 2_000 }, () => frame({ first: 0, payload: Buffer.from(" ") })),
      );
      const cases: [string, Buffer, number[]][] = [
        ["not masked", frame({ first: TEXT, payload, masked: false }), [1002]],
        ["an unknown kind", frame({ first: 0x83, payload }), [1002]],
        ["bits that nobody agreed on", frame({ first: TEXT | 0x20, payload }), [1002]],
        ["a deflate bomb", frame({ first: TEXT | 0x40, payload: bomb.subarray(0, 60_000) }), [1002]],
        ["a continuation of nothing", frame({ first: 0x80, payload }), [1002]],
        ["a fragment within a fragment", Buffer.concat([frame({ first: 0x01, payload }), text({})]), [1002]],
        ["a fragmented ping", frame({ first: 0x09, payload }), [1002]],
        ["a ping too long", frame({ first: 0x89, payload: control }), [1002]],
        ["a close of one byte", frame({ first: 0x88, payload: Buffer.from([3]) }), [1002]],
        ["a close with no such code", frame({ first: 0x88, payload: Buffer.from([0, 5]) }), [1002]],
        ["invalid UTF-8", frame({ first: TEXT, payload: Buffer.from([0xc3, 0x28]) }), [4400]],
        ["a binary frame", frame({ first: 0x82, payload }), [4400]],
        ["more than all bounds, claimed", frame({ first: TEXT, payload, claim: 2 ** 40 }), [1009]],
        ["more than a number holds, claimed", frame({ first: TEXT, payload, claim: 2 ** 60 }), [1009]],
        ["too many fragments", Buffer.concat([frame({ first: 0x01, payload: Buffer.from("[") }), fragments]), [1008]],
      ];
      for (const [name, bytes, codes] of cases) {
        const wire = await opened(url, admin.token);
        wire.say(bytes);
        await until(() => closeCode(wire.heard) !== undefined || wire.closed, name);
        expect(closeCode(wire.heard), name).to.be.oneOf(codes);
        wire.leave();
      }
      const whole = await opened(url, admin.token);
      const said = Buffer.from(JSON.stringify({ type: "send", ref: "cut", to: "@admin", text: "in pieces" }));
      for (let at = 0; at < said.length; at++)
        whole.say(
          frame({
            first: (at === 0 ? 0x01 : 0) | (at === said.length - 1 ? 0x80 : 0),
            payload: said.subarray(at, at + 1),
          }),
        );
      await until(() => whole.heard.includes('"ref":"cut"'), "an answer to what came in pieces");
      whole.leave();
      expect(witness.closed).to.equal(undefined);
      await stillServes(edge);
    })).timeout(60_000);

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

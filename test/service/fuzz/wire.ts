import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { expect } from "chai";
import { until } from "../../support/until.ts";
import type { Edge } from "../gateway/edge.ts";
import { checkProblem } from "./judge.ts";

/** A TCP connection to the gateway, and what came of it. */
export class Wire {
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
export function judged(heard: string, about: string): void {
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

/** A handshake (RFC 6455, 4.1). */
export const upgrade = (headers: Record<string, string> = {}, method = "GET") => {
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

export async function stillServes({ url, admin }: Edge): Promise<void> {
  expect((await fetch(`${url}/livez`)).status).to.equal(200);
  expect((await admin.get("/v1/me")).status).to.equal(200);
}

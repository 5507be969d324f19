import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { sha256 } from "../../contract/chain.ts";
import { Client } from "../support/client.ts";
import { printedToken, readiness, run, script, startServer, withServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

const asAdministrator = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Every byte that lies in a folder. */
const bytesOf = (folder: string) => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

const STACK = /^\s+at /m;

describe("Start of the real process", () => {
  it("npm start on an empty folder prints the addresses, the data's place and the administrator's token", () =>
    withFolder(async (data) => {
      const npm = run("npm start", { PORT: "0", WIREHOUSE_DATA: data });
      try {
        const { url, token } = await readiness(npm);
        expect(npm.output())
          .to.include(`data    ${data}`)
          .and.include(`${url.replace("http", "ws")}/v1/stream`);
        const me = await fetch(`${url}/v1/me`, asAdministrator(token));
        expect(await me.json()).to.include({ handle: "admin", role: "admin" });
      } finally {
        expect(await npm.stop()).to.deep.equal({ code: 0, signal: null });
      }
    }));

  it("the administrator's token is shown once, and only its hash is kept", () =>
    withFolder(async (data) => {
      const first = await startServer(data);
      const { token } = first;
      expect(token).to.match(/^wh_[\w-]{43}$/);
      await first.stop();
      const second = await startServer(data);
      expect(printedToken(second.output())).to.equal(undefined);
      expect((await fetch(`${second.url}/v1/me`, asAdministrator(token))).status).to.equal(200);
      for (const bytes of [bytesOf(data), await second.stop().then(() => bytesOf(data))]) {
        expect(bytes.includes(token), "the token").to.equal(false);
        expect(bytes.includes(token.slice(3)), "the token without its prefix").to.equal(false);
        expect(bytes.includes(Buffer.from(sha256(token), "hex")), "its hash").to.equal(true);
      }
    }));

  it("a configured administrator's token is taken and not printed", () => {
    const token = "configured-for-this-test-0123456789";
    return withServer(
      async (server) => {
        expect(server.output()).not.to.include(token);
        expect((await fetch(`${server.url}/v1/me`, asAdministrator(token))).status).to.equal(200);
      },
      { WIREHOUSE_ADMIN_TOKEN: token },
    );
  });

  it("all faults of the configuration are told at once, by variable and without values", () =>
    withFolder(async (folder) => {
      const faulty = { PORT: "70000", WIREHOUSE_LOG: "loudest", WIREHOUSE_ADMIN_TOKEN: "too-short" };
      const refused = run(script("start"), { ...faulty, WIREHOUSE_DATA: join(folder, "data") });
      expect((await refused.ended).code).to.be.greaterThan(0);
      for (const [variable, value] of Object.entries(faulty)) {
        expect(refused.output()).to.include(`${variable} must be`).and.not.include(value);
      }
      expect(refused.output()).not.to.match(STACK);
      expect(readdirSync(folder), "nothing was made").to.deep.equal([]);
    }));

  it("variables that others set for themselves change nothing", () =>
    withServer(
      async ({ url, token }) => {
        const { status } = await fetch(`${url}/v1/me`, asAdministrator(token));
        expect(status).to.equal(200);
      },
      {
        NAMESPACE: "kube",
        TRANSPORTER: "nats://127.0.0.1:1",
        LOGGER: "false",
        METRICS: "true",
        NODEID: "x",
      },
    ));

  it("a second process on the same folder is refused in one sentence, and the first goes on", () =>
    withServer(async (first, data) => {
      const second = run(script("start"), { PORT: "0", WIREHOUSE_DATA: data });
      expect((await second.ended).code).to.be.greaterThan(0);
      expect(second.output()).to.include(`The data folder ${data} is in use by another process`);
      expect(second.output()).not.to.match(STACK);
      expect((await fetch(`${first.url}/readyz`)).status).to.equal(200);
      expect((await fetch(`${first.url}/v1/me`, asAdministrator(first.token))).status).to.equal(200);
    }));

  it("an address that it can't have is told in one sentence: taken, or not this machine's", () =>
    withServer(async ({ url }) => {
      const { port } = new URL(url);
      const taken = { PORT: port };
      const strange = { PORT: "0", WIREHOUSE_HOST: "203.0.113.1" };
      for (const [where, code] of [
        [taken, "EADDRINUSE"],
        [strange, "EADDRNOTAVAIL"],
      ] as const) {
        await withFolder(async (data) => {
          const refused = run(script("start"), { ...where, WIREHOUSE_DATA: data });
          expect((await refused.ended).code).to.equal(1);
          expect(refused.output())
            .to.match(new RegExp(`REST cannot be served: .*${code}.*WIREHOUSE_HOST`))
            .and.not.match(STACK);
        });
      }
    }));

  it("SIGTERM under load: what is in flight is answered, the rest refused, streams end with 1012, the exit is 0", () =>
    withFolder(async (data) => {
      const server = await startServer(data, { WIREHOUSE_RATE: "0" });
      const admin = new Client(server.url, server.token);
      const room = await admin.room();
      const stream = new WebSocket(`${server.url.replace("http", "ws")}/v1/stream`);
      const closed = new Promise<number>((resolve) => stream.addEventListener("close", ({ code }) => resolve(code)));
      stream.addEventListener("open", () => stream.send(JSON.stringify({ type: "hello", token: server.token })));
      await new Promise((resolve) => stream.addEventListener("message", resolve, { once: true }));

      const statuses: number[] = [];
      const sending = Array.from({ length: 8 }, async (_, sender) => {
        for (let n = 0; ; n++) {
          const message = { to: room, text: `${n}`, clientMessageId: `${sender}-${n}` };
          // Once it is gone there is nobody to refuse.
          const answer = await admin.request("POST", "/messages", message).catch(() => undefined);
          if (!answer) return;
          statuses.push(answer.status);
        }
      });
      await until(() => statuses.length > 100);
      expect(await server.stop()).to.deep.equal({ code: 0, signal: null });
      expect(await closed).to.equal(1012);
      await Promise.all(sending);
      expect(new Set(statuses)).to.satisfy((seen: Set<number>) => seen.isSubsetOf(new Set([201, 503])));

      const next = await startServer(data);
      const messages = (await new Client(next.url, server.token).log(room)).filter(({ type }) => type === "message");
      const acknowledged = statuses.filter((status) => status === 201).length;
      expect(messages.length, "all that was stored was answered").to.equal(acknowledged);
      expect(await next.stop()).to.deep.equal({ code: 0, signal: null });
    }));

  it("after kill -9 the next start succeeds", () =>
    withFolder(async (data) => {
      const first = await startServer(data);
      expect(await first.kill()).to.deep.equal({ code: null, signal: "SIGKILL" });
      const second = await startServer(data);
      expect((await fetch(`${second.url}/v1/me`, asAdministrator(first.token))).status).to.equal(200);
      await second.stop();
    }));
});

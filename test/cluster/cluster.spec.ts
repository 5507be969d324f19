import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "chai";
import { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { describeOnNats, natsServer, withNats } from "../support/nats.ts";
import { type Environment, printedToken, type Running, run, script } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

/** The process ids of nodes, anew after each start. */
const pids = (output: string, name: string): number[] =>
  [...output.matchAll(new RegExp(`^${name} +│ +node +\\S+-(\\d+):`, "gm"))].map(([, pid]) => Number(pid));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function withCluster(environment: Environment, use: (cluster: Running) => Promise<void>): Promise<void> {
  await withFolder(async (data) => {
    const common = { WIREHOUSE_DATA: data, NATS_SERVER_BIN: natsServer, PORT: "0" };
    const cluster = run(script("cluster"), { ...common, ...environment });
    try {
      await use(cluster);
    } finally {
      await cluster.stop().finally(cluster.kill);
    }
  });
}

describeOnNats("npm run cluster", () => {
  it("starts two of each on one log, starts again what is killed, and leaves nothing behind", () =>
    withCluster({}, async (cluster) => {
      await cluster.wrote("All are ready");
      const output = () => cluster.output();
      expect(output(), "no colours into a pipe").not.to.include("\u001b");
      const urls = [...output().matchAll(/^gateway-\d +│ +REST +(\S+)\/v1$/gm)].map(([, url = ""]) => url);
      expect(urls).to.have.length(2);
      expect(output().match(/The administrator's token/g), "one token for all").to.have.length(1);
      const [one, two] = urls.map((url) => new Client(url, printedToken(output()) ?? ""));
      const room = (await one?.room()) ?? "";

      const [killed = 0] = pids(output(), "router-1");
      process.kill(killed, "SIGKILL");
      await cluster.wrote(/router-1 +│ has ended by SIGKILL; starts again in 0\.25 s/);
      await until(() => pids(output(), "router-1").length === 2, "the router to come back");
      expect(pids(output(), "router-1")[1]).not.to.equal(killed);
      await two?.send(room, "still there", "first");
      expect((await one?.log(room))?.at(-1)?.body).to.include({ text: "still there" });

      const all = ["persistence", "search", "router-1", "router-2", "gateway-1", "gateway-2"].flatMap((name) =>
        pids(output(), name),
      );
      const nats = Number(/^nats +│ \[(\d+)\]/m.exec(output())?.[1]);
      expect([...all, nats].filter(isAlive)).to.have.length(7);
      expect(await cluster.stop()).to.deep.equal({ code: 0, signal: null });
      expect([...all, nats].filter(isAlive)).to.deep.equal([]);
      expect(output()).to.match(/Server Exiting\.\.\n$/, "NATS goes last");
      expect(output()).not.to.match(/Error|unavailable/);
    }));

  it("joins the NATS servers that are named, and gives the gateways ports that follow each other", () =>
    withNats(async ({ url }) => {
      const port = await freePort();
      await withCluster({ NATS_URL: url, PORT: String(port), NATS_SERVER_BIN: "none" }, async (cluster) => {
        await cluster.wrote("All are ready");
        expect(cluster.output())
          .to.include(`http://127.0.0.1:${port}/v1`)
          .and.include(`http://127.0.0.1:${port + 1}/v1`);
      });
    }));

  it("fails with the sentence of a process that can't start, and leaves nothing behind", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    try {
      await withCluster({ PORT: port }, async (cluster) => {
        expect(await cluster.ended).to.deep.equal({ code: 1, signal: null });
        expect(cluster.output())
          .to.match(/gateway-1 +│ .*EADDRINUSE/)
          .and.match(/^gateway-1 can't start: it has ended with 1$/m);
        expect(pids(cluster.output(), "persistence").filter(isAlive)).to.deep.equal([]);
      });
    } finally {
      other.close();
    }
  });

  it("stopped while it starts, it stops", () =>
    withCluster({}, async (cluster) => {
      await cluster.wrote(/persistence +│ Wirehouse is ready/);
      expect(await cluster.stop()).to.deep.equal({ code: 0, signal: null });
    }));
});

describe("npm run cluster without nats-server", () => {
  it("says how to install it, and how else to go on", () =>
    withCluster({ NATS_SERVER_BIN: "/nowhere/nats-server" }, async (cluster) => {
      expect(await cluster.ended).to.deep.equal({ code: 1, signal: null });
      expect(cluster.output())
        .to.include("There is no /nowhere/nats-server here")
        .and.include("apt-get install nats-server")
        .and.include("NATS_URL");
    }));
});

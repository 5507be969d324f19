import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type Layout } from "../support/cluster.ts";
import { found, query } from "../support/finds.ts";
import { describeOnNats } from "../support/nats.ts";
import { type Server, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

const BURST = 400;

/** What may happen to the index of a process that was killed while it was filling it. */
const accidents: Record<string, (path: string) => void> = {
  nothing: () => {},
  "it is deleted": (path) => rmSync(path),
  "it is deleted with what lies beside it": (path) => {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  },
  "it is cut off": (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  "its log is cut off": (path) => truncateSync(`${path}-wal`, Math.floor(statSync(`${path}-wal`).size / 2)),
};

describe("Search: the process is killed during indexing", () => {
  it("and whatever becomes of the index, each message is found once by whom it is for", () =>
    withFolder(async (data) => {
      let server: Server = await startServer(data, { WIREHOUSE_RATE: "0" });
      const admin = new Client(server.url, server.token);
      const [ana, bob] = [await admin.person("ana"), await admin.person("bob")];
      const room = await ana.room();
      const sent: number[] = [];
      for (const [name, happen] of Object.entries(accidents)) {
        const burst = Array.from({ length: BURST }, (_, i) =>
          ana.send(room, `needle ${i}`, `${name.replaceAll(" ", "-")}-${i}`),
        );
        sent.push(...(await Promise.all(burst)).map(({ seq }) => seq));
        await server.kill();
        happen(join(data, "search.db"));
        server = await startServer(data, { WIREHOUSE_RATE: "0" });
        for (const one of [ana, bob]) one.url = server.url;
        expect(await found(ana, "needle"), name).to.deep.equal(sent.toSorted((a, b) => a - b));
        expect(await query(bob, "needle")).to.deep.equal({ items: [], next: null, behind: 0 });
      }
      await server.stop();
    })).timeout(120_000);
});

const layout: Layout = {
  persistence: { services: "directory,persistence" },
  router: { services: "router" },
  search: { services: "search" },
  gateway: { services: "gateway,presence" },
};

describeOnNats("Search on a node of its own", () => {
  it("hears of messages over NATS; while it is gone sending goes on and queries are refused in time; then it catches up", () =>
    Cluster.with(layout, async (cluster) => {
      const [gateway] = cluster.gateways;
      const [node] = cluster.running("search");
      const admin = new Client(gateway?.url ?? "", ADMINISTRATOR);
      const ana = await admin.person("ana");
      const room = await ana.room();
      const { seq } = await ana.send(room, "needle one", "1");
      expect(await found(ana, "needle")).to.deep.equal([seq]);

      await node?.kill();
      const refused = await until(async () => {
        const answer = await ana.request("GET", "/search?q=needle");
        return answer.status === 503 ? answer : undefined;
      }, "queries to be refused");
      expect(refused?.body).to.have.property("retryAfter");
      const { seq: second } = await ana.send(room, "needle two", "2");
      await node?.start();
      expect(await found(ana, "needle")).to.deep.equal([seq, second]);
    })).timeout(120_000);
});

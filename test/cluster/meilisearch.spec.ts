import { expect } from "chai";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type Layout } from "../support/cluster.ts";
import { found, query } from "../support/finds.ts";
import { clientOf, describeOnMeilisearch, MASTER, startMeilisearch } from "../support/meilisearch.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";

const BURST = 300;

describeOnMeilisearch("Search in Meilisearch", () => {
  describeOnNats("of two nodes", () => {
    it("finds each message once, whatever is killed or deleted; sending never waits for it", async () => {
      const meilisearch = await startMeilisearch();
      const search = { services: "search", environment: { MEILI_URL: meilisearch.url, MEILI_KEY: MASTER } };
      const layout: Layout = {
        persistence: { services: "directory,persistence" },
        router: { services: "router" },
        search1: search,
        search2: search,
        gateway: { services: "gateway,presence", environment: { WIREHOUSE_RATE: "0" } },
      };
      const restart = async () => {
        await meilisearch.kill();
        await meilisearch.start();
      };
      try {
        await Cluster.with(layout, async (cluster) => {
          const [gateway] = cluster.gateways;
          const [one, other] = cluster.running("search");
          const admin = new Client(gateway?.url ?? "", ADMINISTRATOR);
          const [ana, bob] = [await admin.person("ana"), await admin.person("bob")];
          const room = await ana.room();
          const accidents: Record<string, () => Promise<unknown>> = {
            nothing: async () => {},
            "Meilisearch is killed": restart,
            "a search node is killed": async () => {
              await one?.kill();
              await one?.start();
            },
            "all of it is killed": async () => {
              await Promise.all([meilisearch.kill(), one?.kill(), other?.kill()]);
              await Promise.all([meilisearch.start(), one?.start(), other?.start()]);
            },
            "the index is deleted": () => clientOf(meilisearch).deleteIndex("wirehouse").waitTask({ timeout: 60_000 }),
          };
          const sent: number[] = [];
          for (const [name, happen] of Object.entries(accidents)) {
            const burst = Array.from({ length: BURST }, (_, i) =>
              ana.send(room, `needle ${i}`, `${name.replaceAll(" ", "-")}-${i}`),
            );
            const happened = happen();
            sent.push(...(await Promise.all(burst)).map(({ seq }) => seq));
            await happened;
            expect(await found(ana, "needle"), name).to.deep.equal(sent.toSorted((a, b) => a - b));
            expect((await query(bob, "needle")).items, name).to.deep.equal([]);
          }

          await meilisearch.kill();
          const refused = await until(async () => {
            const answer = await ana.request("GET", "/search?q=needle");
            return answer.status === 503 ? answer : undefined;
          }, "queries to be refused");
          expect(refused?.body).to.have.property("retryAfter");
          const { seq } = await ana.send(room, "needle in the dark", "dark");
          await meilisearch.start();
          expect(await found(ana, "dark"), "by itself").to.deep.equal([seq]);
        });
      } finally {
        await meilisearch.remove();
      }
    }).timeout(300_000);
  });
});

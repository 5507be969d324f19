import { expect } from "chai";
import Type from "typebox";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type ClusterNode } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";
import { embedded } from "./chaos/layouts.ts";

const Conversations = Type.Object({ items: Type.Array(Type.Object({ id: Type.String() })) });

/** Asks all the time, one request after the other, at gateways that say they are ready, as behind a load balancer. */
class Traffic {
  readonly failures: string[] = [];
  answered = 0;
  #stopped = false;
  readonly #gateways: readonly ClusterNode[];
  readonly #ready = new Set<ClusterNode>();
  readonly #balancing: NodeJS.Timeout;
  #turn = 0;

  constructor(gateways: readonly ClusterNode[]) {
    this.#gateways = gateways;
    for (const gateway of gateways) this.#ready.add(gateway);
    this.#balancing = setInterval(() => void this.#probe(), 100);
  }

  get balanced(): number {
    return this.#ready.size;
  }

  /** Runs one kind of request until the traffic stops. */
  async run(kind: string, token: string, request: (client: Client, serial: number) => Promise<unknown>): Promise<void> {
    for (let serial = 0; !this.#stopped; serial++) {
      const among = [...this.#ready];
      const gateway = among[this.#turn++ % among.length];
      try {
        await request(new Client(gateway?.url ?? "", token), serial);
        this.answered++;
      } catch (error) {
        this.failures.push(`${kind} at ${gateway?.name}: ${error}`);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#balancing);
  }

  async #probe(): Promise<void> {
    for (const gateway of this.#gateways) {
      const response = await fetch(`${gateway.url}/readyz`).catch(() => undefined);
      if (response?.ok) this.#ready.add(gateway);
      else this.#ready.delete(gateway);
    }
  }
}

describeOnNats("G7: a rolling restart under load", () => {
  it("fails no request: each kind of node of which there are two is replaced, one after the other", () =>
    Cluster.with(embedded, async (cluster) => {
      const [first] = cluster.gateways;
      const admin = new Client(first?.url ?? "", ADMINISTRATOR);
      const ana = await admin.person("ana");
      const room = await ana.room("admin");
      const traffic = new Traffic(cluster.gateways);
      const running = [
        traffic.run("send", ana.token, (client, serial) => client.send(room, "text", `one-${serial}`)),
        traffic.run("send", ana.token, (client, serial) => client.send("@admin", "text", `two-${serial}`)),
        traffic.run("edit", ana.token, async (client, serial) => {
          const { seq } = await client.send(room, "text", `three-${serial}`);
          await client.ask(Type.Unknown(), "PATCH", `/conversations/${room}/messages/${seq}`, { text: "new" });
        }),
        traffic.run("create", ana.token, (client) => client.room("admin")),
        traffic.run("read", ana.token, (client) =>
          client.ask(Type.Unknown(), "GET", `/conversations/${room}/messages`),
        ),
        traffic.run("list", ana.token, (client) => client.ask(Conversations, "GET", "/conversations")),
      ];
      for (const node of [...cluster.gateways, ...cluster.running("router")]) {
        const before = traffic.answered;
        await node.stop();
        await node.start();
        await cluster.ready();
        await until(() => traffic.balanced === cluster.gateways.length, "the gateway to be taken in again");
        await until(() => traffic.answered > before + 100, "requests to be answered");
      }
      traffic.stop();
      await Promise.all(running);
      expect(traffic.failures.slice(0, 10)).to.deep.equal([]);
      expect(await ana.verified(room)).to.equal(true);
    })).timeout(180_000);
});

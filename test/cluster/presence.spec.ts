import { expect } from "chai";
import Type from "typebox";
import { Presence } from "../../contract/presence.ts";
import { Page } from "../../contract/scalars.ts";
import { Stream } from "../service/gateway/edge.ts";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type ClusterNode } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { until } from "../support/until.ts";
import { embedded } from "./chaos/layouts.ts";

type Person = Awaited<ReturnType<Client["person"]>>;

/** Asks all the time who is here, at every gateway that is up, and keeps what it was answered. */
class Looking {
  readonly statuses = new Map<string, Set<string>>();
  answered = 0;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(gateways: readonly ClusterNode[], by: Person, whom: readonly Person[]) {
    const path = `/presence?principals=${whom.map(({ handle }) => `@${handle}`)}`;
    const look = async (gateway: ClusterNode) => {
      // What can't be answered while a node is being replaced is no answer.
      const found = await new Client(gateway.url, by.token).ask(Page(Presence), "GET", path).catch(() => undefined);
      for (const { principalId, status } of found?.items ?? [])
        this.statuses.set(principalId, (this.statuses.get(principalId) ?? new Set()).add(status));
      if (found) this.answered++;
    };
    const run = async () => {
      for (let turn = 0; !this.#stopped; turn++) {
        const gateway = gateways[turn % gateways.length];
        if (gateway?.isUp) await look(gateway);
      }
    };
    this.#running = run();
  }

  /** Waits until it has been answered some more. */
  async more(): Promise<void> {
    const before = this.answered;
    await until(() => this.answered > before + 20, "who is here to be answered");
  }

  /** @returns what was seen of somebody */
  async stop(): Promise<(who: Person) => string[]> {
    this.#stopped = true;
    await this.#running;
    return ({ id }) => [...(this.statuses.get(id) ?? [])];
  }
}

const streamOf = ({ url }: ClusterNode, { token }: Person): Promise<Stream> => new Stream(url).hello({ token });
const told = (stream: Stream, { id }: Person) =>
  stream.frames.flatMap((frame) => (frame.type === "presence" && frame.principalId === id ? [frame.status] : []));

const choose = (who: Person, status: string) => who.ask(Type.Unknown(), "PUT", "/presence", { status });

/** Ana here, bob here and invisible, both at the first gateway; cleo watches at the second. */
async function scene(cluster: Cluster) {
  const [first, second] = cluster.gateways;
  if (!first || !second) throw new Error("two gateways");
  const admin = new Client(first.url, ADMINISTRATOR);
  const [ana, bob, cleo] = [await admin.person("ana"), await admin.person("bob"), await admin.person("cleo")];
  await choose(bob, "invisible");
  const watcher = await streamOf(second, cleo);
  await watcher.say({ type: "watch", principals: ["@ana", "@bob"] });
  const streams = [await streamOf(first, ana), await streamOf(first, bob)];
  await until(() => told(watcher, ana).at(-1) === "online", "ana to be told online");
  return { first, second, ana, bob, cleo, watcher, streams };
}

describeOnNats("presence through the loss of nodes", () => {
  it("G5 whoever has a session is never told offline, an invisible one never anything else: killed, then rolled", () =>
    Cluster.with(embedded, async (cluster) => {
      const { ana, bob, cleo, watcher } = await scene(cluster);
      const looking = new Looking(cluster.gateways, cleo, [ana, bob]);
      const nodes = cluster.running("presence");
      for (const node of nodes) {
        await node.kill();
        await looking.more();
        await node.start();
        await looking.more();
      }
      for (const node of nodes) {
        await node.stop();
        await looking.more();
        await node.start();
        await looking.more();
      }
      // They are no dead letters: what is chosen now is told by whoever owns it now.
      await choose(ana, "away");
      await choose(bob, "invisible");
      await until(() => told(watcher, ana).at(-1) === "away", "ana to be told away");
      const seen = await looking.stop();
      expect([seen(bob), told(watcher, bob)]).to.deep.equal([["offline"], ["offline"]]);
      expect(seen(ana)).to.have.members(["online", ...(seen(ana).includes("away") ? ["away"] : [])]);
      expect(told(watcher, ana).filter((status) => status !== "online")).to.deep.equal(["offline", "away"]);
    })).timeout(180_000);

  it("sessions of a gateway that dies without a goodbye: back elsewhere they were never away, else offline", () =>
    Cluster.with(embedded, async (cluster) => {
      const { first, second, ana, bob, cleo, watcher, streams } = await scene(cluster);
      const dora = await new Client(second.url, ADMINISTRATOR).person("dora");
      streams.push(await streamOf(first, dora));
      await watcher.say({ type: "watch", principals: ["@ana", "@bob", "@dora"] });
      await until(() => told(watcher, dora).at(-1) === "online", "dora to be told online");
      const looking = new Looking([second], cleo, [ana, bob]);
      await first.kill();
      await streamOf(second, ana);
      await until(() => told(watcher, dora).at(-1) === "offline", "dora to be told offline", 31_000);
      await looking.more();
      const seen = await looking.stop();
      expect([seen(ana), seen(bob)]).to.deep.equal([["online"], ["offline"]]);
      expect(told(watcher, ana).slice(1)).not.to.include("offline");
    })).timeout(120_000);
});

import { expect } from "chai";
import Type from "typebox";
import { Client } from "../support/client.ts";
import { ADMINISTRATOR, Cluster, type ClusterNode } from "../support/cluster.ts";
import { describeOnNats } from "../support/nats.ts";
import { describeOnPostgres, withPostgres } from "../support/postgres.ts";
import { describeOnSqlServer } from "../support/sql-server.ts";
import { withNodesSqlServer } from "../support/sql-server-nodes.ts";
import { until } from "../support/until.ts";
import { violations } from "./chaos/checker.ts";
import type { History } from "./chaos/history.ts";
import { embedded, onServer } from "./chaos/layouts.ts";
import { Participant } from "./chaos/participant.ts";
import { Traffic } from "./traffic.ts";

const Conversations = Type.Object({ items: Type.Array(Type.Object({ id: Type.String() })) });

/** Stops and starts, one after the other, each node of which there is another. */
async function restartAll(cluster: Cluster, wentOn: () => Promise<void>): Promise<void> {
  const several = (node: ClusterNode) =>
    node.services.split(",").every((service) => cluster.running(service).length > 1);
  for (const node of cluster.nodes.filter(several)) {
    await node.stop();
    await node.start();
    await cluster.ready();
    await wentOn();
  }
}

/** Requests of all kinds, one after the other, while nodes are replaced: none may fail. */
async function failsNoRequest(cluster: Cluster): Promise<void> {
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
    traffic.run("read", ana.token, (client) => client.ask(Type.Unknown(), "GET", `/conversations/${room}/messages`)),
    traffic.run("list", ana.token, (client) => client.ask(Conversations, "GET", "/conversations")),
  ];
  await restartAll(cluster, async () => {
    await until(() => traffic.balanced === cluster.gateways.length, "the gateway to be taken in again");
    const before = traffic.answered;
    await until(() => traffic.answered > before + 100, "requests to be answered");
  });
  traffic.stop();
  await Promise.all(running);
  expect(traffic.failures.slice(0, 10)).to.deep.equal([]);
  expect(await ana.verified(room)).to.equal(true);
}

describeOnNats("G7: a rolling restart under load", () => {
  it("fails no request: each kind of node of which there are two is replaced, one after the other", () =>
    Cluster.with(embedded, failsNoRequest)).timeout(180_000);

  it("fails no send of a client, shows each everything once and in order, and breaks no connection but by 1012", () =>
    Cluster.with(embedded, async (cluster) => {
      const [first] = cluster.gateways;
      const admin = new Client(first?.url ?? "", ADMINISTRATOR);
      const people = [await admin.person("ana"), await admin.person("bob"), await admin.person("cleo")];
      const room = (await people[0]?.room("bob", "cleo")) ?? "";
      const history: History = { sends: [], views: [], surprises: [], ends: [] };
      const gateways = cluster.gateways.map(({ url }) => url);
      const participants = people.map(
        ({ id, token }) => new Participant({ principalId: id, token, rooms: [room], gateways, history }),
      );
      const sending = setInterval(() => {
        for (const participant of participants) participant.send(room);
      }, 10);
      await restartAll(cluster, async () => {
        const before = history.sends.length;
        await until(() => history.sends.slice(before, before + 100).filter(({ outcome }) => outcome).length === 100);
      });
      clearInterval(sending);
      await until(() => participants.every(({ unanswered }) => unanswered === 0), "all sends to be answered");
      const log = (await people[0]?.log(room)) ?? [];
      await until(() => participants.every((one) => one.shown(room) >= log.length), "all to be shown everything");
      for (const participant of participants) participant.close();
      expect(violations(history, { logs: new Map([[room, log]]), broken: [] })).to.deep.equal([]);
      expect(history.sends.filter(({ outcome }) => !outcome || "refused" in outcome)).to.deep.equal([]);
      expect(new Set(history.ends)).to.deep.equal(new Set([1012]));
    })).timeout(180_000);
});

describeOnNats("G7: a rolling restart under load on PostgreSQL", () => {
  describeOnPostgres("with two persistence nodes", () => {
    it("fails no request: these are replaced too", () =>
      withPostgres(({ url }) => Cluster.with(onServer(url), failsNoRequest))).timeout(180_000);
  });
});

describeOnNats("G7: a rolling restart under load on SQL Server", () => {
  describeOnSqlServer("with two persistence nodes", () => {
    it("fails no request: these are replaced too", () =>
      withNodesSqlServer(({ url }) => Cluster.with(onServer(url), failsNoRequest))).timeout(300_000);
  });
});

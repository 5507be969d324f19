import { expect } from "chai";
import type { Context, ServiceBroker, ServiceSchema } from "moleculer";
import { refusalOf } from "../../../contract/errors.ts";
import { TRANSPORT_BYTES } from "../../../contract/limits.ts";
import { NatsTransporter } from "../../../mixins/nats/transporter.ts";
import { freePort } from "../../support/free-port.ts";
import { describeOnNats, type NatsServer, withNats } from "../../support/nats.ts";
import { until } from "../../support/until.ts";
import { knows, withNodes } from "./nodes.ts";

/** What `held` waits for. */
const gate = { open: () => {}, asked: 0 };

const echo: ServiceSchema = {
  name: "echo",
  actions: {
    node: (ctx) => ctx.broker.nodeID,
    size: (ctx: Context<{ text: string }>) => ctx.params.text.length,
    text: (ctx: Context<{ length: number }>) => "x".repeat(ctx.params.length),
    held: () => {
      gate.asked += 1;
      return new Promise<string>((resolve) => (gate.open = () => resolve("late")));
    },
  },
};

/** The connection closes as the system closes that of a killed process: without a farewell. */
async function cut(node: ServiceBroker): Promise<void> {
  const transporter = node.transit?.tx;
  if (!(transporter instanceof NatsTransporter)) throw new Error("not on NATS");
  await transporter.client.close();
}

/** Two servers of one cluster. */
async function withPair(use: (here: NatsServer, there: NatsServer) => Promise<void>): Promise<void> {
  const [one, two] = [await freePort(), await freePort()];
  const cluster = (own: number, other: number) =>
    `--cluster_name pair --cluster nats://127.0.0.1:${own} --routes nats://127.0.0.1:${other}`;
  await withNats((here) => withNats((there) => use(here, there), cluster(two, one)), cluster(one, two));
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => refusalOf(error).type,
  );

describeOnNats("Moleculer's transporter on NATS", () => {
  it("refuses a call to a node whose connection has closed at once, and doesn't ask it again", () =>
    withNats((server) =>
      withNodes(server, { asking: [], "gone.one": [echo] }, async (asking, gone) => {
        await cut(gone);
        expect(await refusal(asking.call("echo.node"))).to.equal("unavailable");
        expect(knows(asking)).to.equal(1);
      }),
    ));

  it("gives a call back whose node is killed while it is at work", () =>
    withNats((server) =>
      withNodes(server, { asking: [], gone: [echo] }, async (asking, gone) => {
        const before = gate.asked;
        const call = refusal(asking.call("echo.held", {}, { timeout: 0 }));
        await until(() => gate.asked > before, "the call to arrive");
        await cut(gone);
        expect(await call).to.equal("unavailable");
        gate.open();
      }),
    ));

  it("refuses calls while the server is gone, gives those in flight back, and goes on when it is back", () =>
    withNats((server) =>
      withNodes(server, { asking: [], answering: [echo] }, async (asking) => {
        const before = gate.asked;
        const call = refusal(asking.call("echo.held", {}, { timeout: 0 }));
        await until(() => gate.asked > before, "the call to arrive");
        await server.kill();
        expect(await call).to.equal("unavailable");
        expect(await refusal(asking.call("echo.node", {}, { timeout: 0 }))).to.equal("unavailable");
        gate.open();
        await server.start();
        await until(() => asking.call("echo.node").catch(() => undefined), "calls to be answered again");
        expect(asking.transit?.pendingRequests.size).to.equal(0);
      }),
    ));

  it("gives a call back whose node has gone over to another server: it or its answer may be lost with the first one", () =>
    withPair((here, there) =>
      withNodes(
        (node) => (node === "asking" ? here : there),
        { asking: [], answering: [echo] },
        async (asking, answering) => {
          const before = gate.asked;
          const call = refusal(asking.call("echo.held", {}, { timeout: 0 }));
          await until(() => gate.asked > before, "the call to arrive");
          await there.kill();
          expect(await call).to.equal("unavailable");
          gate.open();
          await until(() => asking.call("echo.node").catch(() => undefined), "calls to be answered again");
          expect(answering.transit?.tx.connected).to.equal(true);
        },
      ),
    ));

  it("takes nobody for lost because nobody could be heard while the server was gone", () =>
    withNats((server) =>
      withNodes(server, { asking: [], answering: [echo] }, async (asking) => {
        // Moleculer's own look, every two seconds, also meanwhile.
        clearInterval(Reflect.get(asking.transit?.discoverer ?? {}, "checkNodesTimer"));
        const lost: unknown[] = [];
        asking.localBus.on("$node.disconnected", (event: unknown) => lost.push(event));
        await server.kill();
        await until(() => asking.transit?.tx.connected === false, "the loss to be noticed");
        for (const node of asking.registry.nodes.toArray()) node.lastHeartbeatTime = -100;
        await server.start();
        await until(() => asking.transit?.tx.connected, "the connection to be back");
        asking.transit?.discoverer.checkRemoteNodes();
        expect(lost).to.deep.equal([]);
      }),
    ));

  it("stops while the server is gone", () =>
    withNats((server) =>
      withNodes(server, { one: [], two: [echo] }, async () => {
        await server.kill();
      }),
    ));

  it("refuses what is too large for a message: to him who asks it, and to him who waits for the answer", () =>
    withNats((server) =>
      withNodes(server, { asking: [], answering: [echo] }, async (asking) => {
        const text = "x".repeat(TRANSPORT_BYTES);
        expect(await refusal(asking.call("echo.size", { text }))).to.equal("too-large");
        expect(await refusal(asking.call("echo.text", { length: text.length }))).to.equal("too-large");
        expect(await asking.call("echo.size", { text: text.slice(1024) })).to.equal(text.length - 1024);
        expect(asking.transit?.pendingRequests.size).to.equal(0);
      }),
    ));
});

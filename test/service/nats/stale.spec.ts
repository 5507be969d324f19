import { expect } from "chai";
import { connect, DebugEvents, Events } from "nats";
import { connectionOptions } from "../../../mixins/nats/options.ts";
import { endStale } from "../../../mixins/nats/stale.ts";
import { describeOnNats, withNats } from "../../support/nats.ts";
import { NatsProxy } from "../../support/nats-proxy.ts";
import { until } from "../../support/until.ts";

describeOnNats("a connection to NATS that has fallen silent", () => {
  it("G7 is given up also while more waits to be sent than the system takes", () =>
    withNats(async ({ url }) => {
      const proxy = await NatsProxy.open(url);
      const connection = await connect(connectionOptions({ servers: [proxy.url] }, "busy"));
      const seen: string[] = [];
      void (async () => {
        for await (const { type } of connection.status()) {
          seen.push(type);
          if (type === DebugEvents.StaleConnection) endStale(connection);
        }
      })();
      try {
        proxy.silence();
        for (let sent = 0; sent < 20; sent++) connection.publish("much", new Uint8Array(1_000_000));
        await until(() => seen.includes(DebugEvents.StaleConnection), "the silence to be noticed");
        await until(() => seen.includes(Events.Disconnect), "the connection to be given up");
        proxy.heal();
        await until(() => seen.includes(Events.Reconnect), "the connection to be there again");
        expect(connection.isClosed()).to.equal(false);
      } finally {
        await connection.close();
        await proxy.close();
      }
    })).timeout(40_000);
});

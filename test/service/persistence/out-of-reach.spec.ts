import { expect } from "chai";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { call } from "../../../mixins/call.ts";
import { isUnable } from "../../../mixins/pulse.ts";
import { brokerOptions } from "../../../moleculer.config.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { describeOnPostgres, postgresOf } from "../../support/postgres.ts";
import { withDatabase } from "../../support/shared-postgres.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";
import { until } from "../../support/until.ts";
import { Log, people } from "../../unit/persistence/logs.ts";

const [ana = ""] = people(1);

/** Of a cluster over Moleculer's in-memory transporter. */
function node(nodeID: string, ...services: ServiceSchema[]): ServiceBroker {
  const broker = new ServiceBroker({
    ...brokerOptions,
    nodeID,
    namespace: "out-of-reach",
    transporter: "Fake",
    logger: false,
    skipProcessEventRegistration: true,
  });
  for (const service of services) broker.createService(service);
  return broker;
}

describeOnPostgres("a database that one of two persistence nodes alone can't reach", () => {
  it("holds nobody up for longer than it takes to notice: the other one is asked, until both can again", () =>
    withDatabase(async (url) => {
      const proxy = await new TcpProxy(Number(new URL(url).port)).listen();
      const behind = new URL(url);
      behind.port = String(proxy.port);
      const on = (place: string) => persistence({ database: postgresOf(place), pool: 2 });
      const [one, other, asker] = [node("one", on(behind.href)), node("other", on(url)), node("asker")];
      const all = [one, other, asker];
      const known = () => asker.registry.actions.get("persistence.append")?.count();
      const isOut = () => isUnable(asker.registry.nodes.get("one") ?? { metadata: null });
      try {
        await Promise.all(all.map((broker) => broker.start()));
        await until(() => known() === 2, "both to be known");
        const log = new Log();
        expect(await call(asker, "persistence.append", log.create(ana))).to.deep.equal({ outcome: "appended" });
        proxy.silence();
        await until(isOut, "it to say so");
        for (let times = 0; times < 20; times++)
          expect(await call(asker, "persistence.append", log.message(ana))).to.deep.equal({ outcome: "appended" });
        proxy.heal();
        await until(() => !isOut(), "it to be taken in again");
        expect(await call(one, "persistence.append", log.message(ana))).to.deep.equal({ outcome: "appended" });
      } finally {
        await Promise.all(all.map((broker) => broker.stop()));
        await proxy.close();
      }
    })).timeout(60_000);
});

import { expect } from "chai";
import type { ServiceSchema } from "moleculer";
import { dependentsFirst } from "../../../mixins/drain.middleware.ts";
import { withBroker } from "../../support/with-broker.ts";

const named = (name: string, dependencies: string[] = []) => ({ name, schema: { name, dependencies } });

describe("stopping", () => {
  it("who depends on another comes before it, in whatever order they were loaded", () => {
    const services = [
      named("persistence"),
      named("gateway", ["router", "directory"]),
      named("directory", ["persistence"]),
      named("router", ["persistence", "directory"]),
    ];
    for (const order of [services, services.toReversed()]) {
      const names = dependentsFirst(order).map(({ name }) => name);
      expect(names).to.deep.equal(["gateway", "router", "directory", "persistence"]);
    }
  });

  it("drains dependents first, and stops nothing before all are drained", async () => {
    const diary: string[] = [];
    const service = (name: string, dependencies: string[]): ServiceSchema => ({
      name,
      dependencies,
      methods: {
        async drain() {
          diary.push(`${name} drains`);
          await Promise.resolve();
          diary.push(`${name} has drained`);
        },
      },
      stopped: async () => void diary.push(`${name} stopped`),
    });
    await withBroker([service("log", []), service("edge", ["log"])], async () => {});
    expect(diary.slice(0, 4)).to.deep.equal(["edge drains", "edge has drained", "log drains", "log has drained"]);
    expect(diary.slice(4).sort()).to.deep.equal(["edge stopped", "log stopped"]);
  });
});

import { expect } from "chai";
import { layout } from "../../../cluster/layout.ts";

const named = (port: number, metricsPort: number | undefined, stores: number) =>
  Object.fromEntries(layout({ port, metricsPort }, stores).map(({ name, environment }) => [name, environment]));

describe("The layout of npm run cluster", () => {
  it("is two gateways, two routers, two presence nodes and an index before one database", () => {
    expect(named(3000, undefined, 1)).to.deep.equal({
      persistence: { SERVICES: "directory,persistence" },
      search: { SERVICES: "search" },
      "router-1": { SERVICES: "router" },
      "router-2": { SERVICES: "router" },
      "presence-1": { SERVICES: "presence" },
      "presence-2": { SERVICES: "presence" },
      "gateway-1": { SERVICES: "gateway", PORT: "3000" },
      "gateway-2": { SERVICES: "gateway", PORT: "3001" },
    });
  });

  it("is two of all where the database is a server", () => {
    expect(Object.keys(named(0, undefined, 2)).slice(0, 2)).to.deep.equal(["persistence-1", "persistence-2"]);
  });

  it("gives each node a port of its own for metrics, and any free ones to gateways that ask for any", () => {
    const nodes = named(0, 9100, 1);
    expect(Object.values(nodes).map((environment) => environment.METRICS_PORT)).to.deep.equal([
      "9100",
      "9101",
      "9102",
      "9103",
      "9104",
      "9105",
      "9106",
      "9107",
    ]);
    expect(nodes["gateway-2"]?.PORT).to.equal("0");
  });
});

import { expect } from "chai";
import Type from "typebox";
import Value from "typebox/value";
import { parse } from "yaml";
import { readConfig } from "../../config.ts";
import { page } from "./docs/pages.ts";

const Texts = Type.Record(Type.String(), Type.String());
const Compose = Type.Object({
  services: Type.Record(
    Type.String(),
    Type.Object({
      image: Type.String(),
      environment: Type.Optional(Texts),
      ports: Type.Optional(Type.Array(Type.String())),
    }),
  ),
});
const services = Object.entries(Value.Parse(Compose, parse(page("docker-compose.yml"))).services);

describe("docker-compose.yml", () => {
  it("has what Wirehouse can be run on, by version, the same as on Kubernetes", () => {
    expect(services.map(([name]) => name)).to.have.members(["sqlserver", "sqlserver-database", "nats", "meilisearch"]);
    const manifests = page("k8s/base/nats.yaml") + page("k8s/meilisearch/meilisearch.yaml");
    for (const [name, { image }] of services) {
      expect(image).to.match(/:[\w.-]*\d[\w.-]*$/);
      if (name === "nats" || name === "meilisearch") expect(manifests).to.include(`image: ${image}`);
    }
  });

  it("is reached from this machine alone, and no secret is written down", () => {
    for (const [name, { ports = [], environment = {} }] of services) {
      for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:/);
      for (const [variable, value] of Object.entries(environment))
        if (/PASSWORD|KEY/.test(variable)) expect(value, `${name} ${variable}`).to.match(/^\$\{\w+:\?/);
    }
  });

  it("is what CONTRIBUTING.md tells Wirehouse of", () => {
    const [, lines = ""] = /docker compose up -d\n(.*?)npm start/s.exec(page("CONTRIBUTING.md")) ?? [];
    const told = [...lines.matchAll(/([A-Z_]+)=("[^"]*"|\S+)/g)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll('"', "").replace("$MSSQL_SA_PASSWORD", "Wh_0"),
    ]);
    const { database, meilisearch, nats } = readConfig(Object.fromEntries(told));
    const ports = services.flatMap(([, one]) => one.ports ?? []);
    expect(database).to.include({ kind: "mssql", host: "127.0.0.1", port: 1433, database: "wirehouse" });
    expect(meilisearch?.url).to.equal("http://127.0.0.1:7700");
    expect(nats?.servers).to.deep.equal(["nats://127.0.0.1:4222"]);
    for (const port of [1433, 4222, 7700]) expect(ports).to.include(`127.0.0.1:${port}:${port}`);
  });
});

import { expect } from "chai";
import Type from "typebox";
import Value from "typebox/value";
import { parse } from "yaml";
import { type Metric, metrics } from "../../../contract/metrics.ts";
import { Meter } from "../../../mixins/metrics/meter.ts";
import { page } from "../docs/pages.ts";

const Rules = Type.Object({
  groups: Type.Array(
    Type.Object({
      rules: Type.Array(
        Type.Object({
          alert: Type.String(),
          expr: Type.String(),
          labels: Type.Object({ severity: Type.Union([Type.Literal("page"), Type.Literal("ticket")]) }),
          annotations: Type.Object({ summary: Type.String(), runbook: Type.String() }),
        }),
      ),
    }),
  ),
});
const Dashboard = Type.Object({
  panels: Type.Array(
    Type.Object({ title: Type.String(), targets: Type.Optional(Type.Array(Type.Object({ expr: Type.String() }))) }),
  ),
});
const Adapter = Type.Object({
  rules: Type.Array(
    Type.Object({
      seriesQuery: Type.String(),
      metricsQuery: Type.String(),
      name: Type.Optional(Type.Object({ as: Type.String() })),
    }),
  ),
});

const alerts = Value.Parse(Rules, parse(page("k8s/monitoring/alerts.yaml"))).groups.flatMap(({ rules }) => rules);
const { panels } = Value.Parse(Dashboard, JSON.parse(page("k8s/monitoring/dashboard.json")));
const adapter = Value.Parse(Adapter, parse(page("k8s/monitoring/adapter.yaml"))).rules;

/** Metrics' names in a query, without what a histogram adds to its own. */
const namesIn = (query: string): string[] =>
  [...query.matchAll(/\b((?:wirehouse|nodejs|process)_\w+)/g)].map(([, name = ""]) =>
    name in metrics ? name : name.replace(/_(bucket|sum|count)$/, ""),
  );

/** What a process tells of itself besides what is ours. */
async function ofProcess(): Promise<string[]> {
  const meter = new Meter();
  meter.watchProcess();
  return [...(await meter.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
}

describe("what watches Wirehouse", () => {
  const queries = [
    ...alerts.map(({ alert, expr }) => [alert, expr] as const),
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
    ...adapter.flatMap(({ seriesQuery, metricsQuery }) => [[seriesQuery, `${seriesQuery} ${metricsQuery}`] as const]),
  ];

  it("asks for metrics that there are", async () => {
    const known = [...Object.keys(metrics), ...(await ofProcess())];
    for (const [where, query] of queries) {
      expect(namesIn(query), where).not.to.deep.equal([]);
      expect(known, where).to.include.members(namesIn(query));
    }
  });

  it("asks for labels that they have, and counts only what grows", () => {
    const table: Record<string, Metric> = metrics;
    for (const [where, query] of queries) {
      for (const [, name = "", selector = ""] of query.matchAll(/\b(wirehouse_\w+)\{([^}]*)\}/g)) {
        const metric = table[namesIn(name)[0] ?? ""];
        for (const [, label] of selector.matchAll(/(\w+)(?:=~|!=|=)"/g))
          expect([...(metric?.labels ?? []), "namespace", "pod", "le"], `${where}: ${name}`).to.include(label);
      }
      for (const [, name = ""] of query.matchAll(/\b(?:rate|increase)\((wirehouse_\w+)/g))
        expect(table[namesIn(name)[0] ?? ""]?.type, `${where}: ${name}`).to.be.oneOf(["counter", "histogram"]);
    }
  });

  it("shows everything that is measured", () => {
    const shown = new Set(queries.flatMap(([, query]) => namesIn(query)));
    expect(Object.keys(metrics).filter((name) => !shown.has(name))).to.deep.equal([]);
  });

  it("has an entry in the runbook for each alert, and no other", () => {
    const entries = [...page("docs/runbook.md").matchAll(/^## (.*)\n\n(?:.+\n){2,}/gm)].map(([, title]) => title);
    expect(entries).to.deep.equal(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook).to.equal(`docs/runbook.md#${alert.toLowerCase()}`);
  });

  it("gives autoscalers what they ask for", () => {
    const given = adapter.map(({ name, seriesQuery }) => name?.as ?? seriesQuery.replace(/\{.*/, ""));
    const asked = [...page("k8s/overlays/production/autoscaling.yaml").matchAll(/name: (wirehouse_\w+)/g)];
    expect(asked.map(([, name]) => name)).to.have.members(given);
  });
});

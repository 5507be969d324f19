import { expect } from "chai";
import { metrics } from "../../../contract/metrics.ts";
import { Meter } from "../../../mixins/metrics/meter.ts";

describe("the meter", () => {
  it("writes Prometheus' text: what is counted, what is read when asked, what is spread over buckets", async () => {
    const meter = new Meter();
    let active = 1;
    meter.read("wirehouse_actors", () => [[{ service: "router" }, active]]);
    meter.count("wirehouse_actor_crashes_total", { service: "router" });
    meter.count("wirehouse_actor_crashes_total", { service: "router" }, 2);
    meter.count("wirehouse_actor_crashes_total", { service: 'pre"sence\\' });
    for (const rows of [1, 3, 4, 5000]) meter.observe("wirehouse_commit_rows", rows);
    active = 7;
    const text = await meter.text();
    const lines = text.split("\n");
    expect(lines).to.include.members([
      "# HELP wirehouse_actors Actors in memory",
      "# TYPE wirehouse_actors gauge",
      'wirehouse_actors{service="router"} 7',
      "# TYPE wirehouse_actor_crashes_total counter",
      'wirehouse_actor_crashes_total{service="router"} 3',
      'wirehouse_actor_crashes_total{service="pre\\"sence\\\\"} 1',
      "# TYPE wirehouse_commit_rows histogram",
      'wirehouse_commit_rows_bucket{le="1"} 1',
      'wirehouse_commit_rows_bucket{le="2"} 1',
      'wirehouse_commit_rows_bucket{le="4"} 3',
      'wirehouse_commit_rows_bucket{le="1024"} 3',
      'wirehouse_commit_rows_bucket{le="+Inf"} 4',
      "wirehouse_commit_rows_sum 5008",
      "wirehouse_commit_rows_count 4",
    ]);
    expect(text, "what was never counted has no lines").not.to.include("wirehouse_action_seconds");
  });

  it("has names and units as Prometheus wants them", () => {
    for (const [name, { type, help, labels }] of Object.entries(metrics)) {
      expect(name).to.match(/^wirehouse(_[a-z]+)+$/);
      expect(name.endsWith("_total"), `${name}: only what grows ends so`).to.equal(type === "counter");
      expect(help).to.match(/^\S.*[^.]$/);
      for (const label of labels)
        expect(label)
          .to.match(/^[a-z]+$/)
          .and.not.match(/conversation|principal|handle|id$/);
    }
  });
});

import type { ServiceBroker } from "moleculer";
import { type CounterName, type GaugeName, type HistogramName, type Metric, metrics } from "../../contract/metrics.ts";

/** Values of a metric's labels, by name. */
export type Labels = Readonly<Record<string, string>>;
/** Values when they are asked for: one, or one for each set of labels. */
type Reading = () => number | readonly (readonly [Labels, number])[];

/** What was counted under one set of labels. `buckets` count each value once, in the first that holds it. */
type Series = { readonly labels: Labels; sum: number; count: number; readonly buckets: number[] };

/**
 * What a process has counted, in the words of `contract/metrics.ts`. Counting is an addition; all that costs more waits
 * until somebody asks. (Moleculer's own registry keeps every sample of a minute for its quantiles, and has no seconds.)
 */
export class Meter {
  readonly #families = new Map<string, Map<string, Series>>();
  readonly #readings = new Map<string, Reading[]>();

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    const series = this.#series(name, labels);
    series.sum += by;
    series.count += 1;
  }

  /** @param value in the metric's unit: seconds, commands, rows */
  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    const series = this.#series(name, labels);
    series.sum += value;
    series.count += 1;
    const bucket = metrics[name].buckets.findIndex((bound) => value <= bound);
    if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }

  /** What is somewhere already, and is read when it is asked for. Several services may each give their own labels'. */
  read(name: GaugeName | CounterName, read: Reading): void {
    this.#readings.set(name, [...(this.#readings.get(name) ?? []), read]);
  }

  /** All of it in Prometheus' text format, version 0.0.4. */
  text(): string {
    return Object.entries<Metric>(metrics)
      .map(([name, metric]) => {
        const lines = this.#lines(name, metric);
        if (lines.length === 0) return "";
        return `${[`# HELP ${name} ${metric.help}`, `# TYPE ${name} ${metric.type}`, ...lines].join("\n")}\n`;
      })
      .join("");
  }

  #lines(name: string, metric: Metric): string[] {
    const series = [...(this.#families.get(name)?.values() ?? [])];
    if (metric.type === "histogram") return series.flatMap((one) => histogramLines(name, metric.buckets, one));
    const readings = (this.#readings.get(name) ?? []).flatMap((read) => {
      const values = read();
      return typeof values === "number" ? [[{}, values] as const] : values;
    });
    return [
      ...series.map(({ labels, sum }) => line(name, labels, sum)),
      ...readings.map(([labels, value]) => line(name, labels, value)),
    ];
  }

  #series(name: string, labels: Labels): Series {
    const family = this.#families.get(name) ?? new Map<string, Series>();
    if (family.size === 0) this.#families.set(name, family);
    const key = Object.values(labels).join("\n");
    const series = family.get(key) ?? { labels, sum: 0, count: 0, buckets: [] };
    if (series.count === 0) family.set(key, series);
    return series;
  }
}

function histogramLines(name: string, bounds: readonly number[], { labels, sum, count, buckets }: Series): string[] {
  let below = 0;
  const lines = bounds.map((bound, index) => {
    below += buckets[index] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: String(bound) }, below);
  });
  return [
    ...lines,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
    line(`${name}_sum`, labels, sum),
    line(`${name}_count`, labels, count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/[\\"\n]/g, escaped)}"`);
  return `${name}${written.length > 0 ? `{${written.join(",")}}` : ""} ${value}`;
}

const escaped = (character: string): string => (character === "\n" ? "\\n" : `\\${character}`);

const meters = new WeakMap<ServiceBroker, Meter>();

/** The process's meter: one for all of its services. */
export function meterOf(broker: ServiceBroker): Meter {
  const existing = meters.get(broker);
  if (existing) return existing;
  const made = new Meter();
  meters.set(broker, made);
  return made;
}

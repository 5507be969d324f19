import type { ServiceBroker } from "moleculer";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricName,
  metrics,
} from "../../contract/metrics.ts";

/** Values of a metric's labels, by name. */
export type Labels = Readonly<Record<string, string>>;
/** Values when they are asked for: one, or one for each set of labels. */
type Reading = () => number | readonly (readonly [Labels, number])[];

/**
 * What a process has counted, in the words of `contract/metrics.ts`; a metric that nobody has used is not told of. (By
 * Prometheus' own client: Moleculer's registry keeps every sample of a minute for its quantiles, and has no seconds.)
 */
export class Meter {
  readonly #registry = new Registry();
  readonly #counters = new Map<CounterName, Counter>();
  readonly #histograms = new Map<HistogramName, Histogram>();
  readonly #readings = new Map<GaugeName, Reading[]>();

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    const counter = this.#counters.get(name) ?? new Counter(this.#described(name));
    this.#counters.set(name, counter);
    counter.inc(labels, by);
  }

  /** @param value in the metric's unit: seconds, commands, rows */
  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    const made = this.#histograms.get(name);
    const histogram = made ?? new Histogram({ ...this.#described(name), buckets: [...metrics[name].buckets] });
    this.#histograms.set(name, histogram);
    histogram.observe(labels, value);
  }

  /** What is somewhere already, and is read when it is asked for. Several services may each give their own labels'. */
  read(name: GaugeName, read: Reading): void {
    const readings = this.#readings.get(name) ?? [];
    readings.push(read);
    if (readings.length > 1) return;
    this.#readings.set(name, readings);
    new Gauge({
      ...this.#described(name),
      collect() {
        this.reset();
        for (const one of readings) {
          const values = one();
          for (const [labels, value] of typeof values === "number" ? [[{}, values] as const] : values)
            this.set(labels, value);
        }
      },
    });
  }

  /** Tells of the process itself what Prometheus' clients usually do: memory, CPU, files, the event loop's lag. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** All of it in Prometheus' text format, version 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #described(name: MetricName) {
    const { help, labels } = metrics[name];
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}

const meters = new WeakMap<ServiceBroker, Meter>();

/** The process's meter: one for all of its services. */
export function meterOf(broker: ServiceBroker): Meter {
  const existing = meters.get(broker);
  if (existing) return existing;
  const made = new Meter();
  meters.set(broker, made);
  return made;
}

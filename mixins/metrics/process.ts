import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Meter } from "./meter.ts";

/** Milliseconds between two samples of the event loop. */
const RESOLUTION = 10;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** Tells of the process itself what Prometheus' clients usually do, under their names. @returns how to end it */
export function measureProcess(meter: Meter): () => void {
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION });
  loop.enable();
  meter.read("process_start_time_seconds", () => Math.round(performance.timeOrigin) / 1000);
  meter.read("process_resident_memory_bytes", () => process.memoryUsage.rss());
  meter.read("nodejs_heap_size_used_bytes", () => process.memoryUsage().heapUsed);
  meter.read("process_open_fds", () => readdirSync("/proc/self/fd").length);
  meter.read("process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / MICROSECONDS;
  });
  /** Of the time between two samples the pause that was wished for is no lag. */
  const lag = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION / 1000);
  // Since it was last asked for: whoever asks sees the worst that happened between.
  meter.read("nodejs_eventloop_lag_seconds", () => {
    const readings = [
      [{ quantile: "0.5" }, lag(loop.percentile(50))],
      [{ quantile: "0.99" }, lag(loop.percentile(99))],
      [{ quantile: "1" }, lag(loop.max)],
    ] as const;
    loop.reset();
    return readings;
  });
  return () => loop.disable();
}

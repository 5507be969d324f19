import { once } from "node:events";
import { createServer } from "node:http";
import { measure, type Pace, type Result } from "./measure.ts";
import { type Target, wirehouse } from "./servers.ts";
import { line, median } from "./table.ts";
import { W1 } from "./workloads.ts";

/** Messages a second: steady, and as many in each turn, so that what a message costs can be compared. */
const RATE = 300;

/** What a message costs, in CPU of the server, without traces, with one in a hundred, and with all of them. */
export async function tracing(pace: Pace): Promise<void> {
  let bytes = 0;
  const sink = createServer(async (request, response) => {
    for await (const chunk of request) bytes += chunk.length;
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(sink, "listening");
  const address = sink.address();
  const collector = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const plain = await wirehouse("no traces");
  const targets = [
    plain,
    await wirehouse("one in a hundred", { traces: { collector, share: 0.01 } }),
    await wirehouse("all", { traces: { collector, share: 1 } }),
  ];
  try {
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(W1));
    const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
    for (let turn = 0; turn < pace.turns; turn++)
      for (const target of targets) {
        const load = { rooms: rooms.get(target) ?? [], window: 1, rate: RATE };
        results.get(target)?.push(await measure(target, load, pace));
        await target.indexed(load.rooms);
      }
    line("", ["µs CPU/message", "ratio", "p50 ms"]);
    for (const [target, some] of results)
      line(target.name, [
        (median(some.map(costOf)) * 1e6).toFixed(0),
        median(some.map((result, turn) => costOf(result) / costOf(results.get(plain)?.[turn]))).toFixed(2),
        median(some.map(({ p50 }) => p50)).toFixed(2),
      ]);
    console.log(`${(bytes / 2 ** 20).toFixed(1)} MB of spans`);
  } finally {
    for (const target of targets) await target.stop();
    sink.close();
  }
}

/** Seconds of CPU for a message. */
const costOf = (result: Result | undefined): number => (result ? result.cpu / result.accepted : Number.NaN);

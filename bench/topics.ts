import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { BindingChange } from "../contract/binding.ts";
import { Bindings } from "../services/router/topics/bindings.ts";
import { line } from "./table.ts";

/** Bindings, and tokens of their patterns. */
const NUMBERS = [1_000, 10_000, 100_000];
const LENGTHS = [2, 4, 8, 16];
/** Changes of one page, as the directory gives them. */
const PAGE = 1000;
/** Matches in one measurement, and measurements. */
const MATCHES = 20_000;
const TURNS = 5;

/** Of two hundred desks; every third pattern has a `*`, every fifth ends in `>`. */
function patternOf(serial: number, length: number): string {
  const tokens = Array.from({ length }, (_, at) =>
    at === 0 ? `desk${serial % 200}` : `t${(serial * (at + 7)) % 977}`,
  );
  tokens[length - 1] = serial % 5 === 0 ? ">" : `n${serial}`;
  if (serial % 3 === 0 && length > 2) tokens[1] = "*";
  return tokens.join(".");
}

const topicOf = (pattern: string): string => pattern.replaceAll("*", "any").replace(">", "some");

/** A directory of so many bindings. */
function directoryOf(count: number, length: number) {
  const change = (at: number): BindingChange => {
    const id = `01890000-0000-7000-8000-${String(at).padStart(12, "0")}`;
    return { id, conversationId: id, pattern: patternOf(at, length), changed: at, removed: false };
  };
  return {
    revision: count,
    async changes(after: number) {
      const last = Math.min(after + PAGE, count);
      const changes = Array.from({ length: last - after }, (_, index) => change(after + 1 + index));
      return { revision: count, changes, more: last < count };
    },
  };
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bindings loaded whole, and what that took: milliseconds, and bytes that stayed. */
async function loaded(count: number, length: number) {
  collect();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const bindings = new Bindings(directoryOf(count, length));
  await bindings.match("none");
  const milliseconds = performance.now() - began;
  collect();
  return { bindings, milliseconds, bytes: process.memoryUsage().heapUsed - before };
}

/** Microseconds of one match, at best: of topics that are bound. */
async function matchTime(bindings: Bindings, count: number, length: number): Promise<number> {
  const topics = Array.from({ length: MATCHES }, (_, n) => topicOf(patternOf(1 + ((n * 7919) % count), length)));
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const began = performance.now();
    for (const topic of topics)
      if ((await bindings.match(topic)).length === 0) throw new Error(`${topic} is not bound`);
    times.push(((performance.now() - began) * 1000) / MATCHES);
  }
  return Math.min(...times);
}

/** What a topic costs a router to match: by the number of bindings it holds, and by the topic's length. */
export async function topics(): Promise<void> {
  line("", ["µs a match", "ms to load", "bytes a binding"]);
  const measure = async (title: string, count: number, length: number) => {
    const { bindings, milliseconds, bytes } = await loaded(count, length);
    const match = await matchTime(bindings, count, length);
    line(title, [match.toFixed(2), milliseconds.toFixed(0), (bytes / count).toFixed(0)]);
  };
  for (const count of NUMBERS) await measure(`${count} bindings, 4 tokens`, count, 4);
  for (const length of LENGTHS) await measure(`100000 bindings, ${length} tokens`, 100_000, length);
}

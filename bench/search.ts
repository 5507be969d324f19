import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import { FoundPage } from "../contract/actions/search.ts";
import { Receipt } from "../contract/entry.ts";
import { measure, type Pace } from "./measure.ts";
import { newFolder } from "./process.ts";
import { type Wirehouse, wirehouse } from "./servers.ts";
import { fill } from "./stored.ts";
import { line, quantile } from "./table.ts";
import { header, ratio, row } from "./wire.ts";
import { wordOf } from "./words.ts";
import { type Load, W1 } from "./workloads.ts";

/** Messages a second at which it is measured how soon one is found. */
const RATES = [500, 2000];
/** Milliseconds between two looks whether a message is found, and between two such messages. */
const LOOK = 10;
const PROBES = 100;

const MESSAGES = 1_000_000;
const CONVERSATIONS = 5000;
/** Conversations of those who search. */
const MEMBERSHIPS = [5, 500, 5000];
/** Queries that one asks, and askers at once when it is counted how many a second there are. */
const QUERIES = 200;
const ASKERS = 8;

const find = (server: Wirehouse, token: string, q: string) =>
  server.ask(FoundPage, "GET", `/search?q=${encodeURIComponent(q)}`, token);

/** How soon messages are found, what indexing costs the rest, and how fast queries are answered. */
export async function search(pace: Pace): Promise<void> {
  await lag(pace);
  await cost(pace);
  await queries();
}

/** From before it is sent until a query finds it. */
async function lag(pace: Pace): Promise<void> {
  const server = await wirehouse("search");
  try {
    line("", ["sent/s", "p50 ms", "p99 ms", "found"]);
    const rooms = await server.rooms({ rooms: W1.rooms, members: 2 });
    for (const rate of RATES) {
      const load = measure(server, { rooms, window: 1, rate }, { ...pace, steadySeconds: 4 * pace.steadySeconds });
      let isOver = false;
      void load.finally(() => {
        isOver = true;
      });
      const waits: Promise<number>[] = [];
      for (let serial = 0; !isOver; serial++, await pause(PROBES))
        waits.push(probe(server, rooms, `probe${rate}x${serial}`));
      const found = await Promise.all(waits);
      const { accepted, seconds } = await load;
      const figures = [accepted / seconds, quantile(found, 0.5), quantile(found, 0.99), found.length];
      line(
        `lag at ${rate}/s`,
        figures.map((figure) => figure.toFixed(0)),
      );
    }
  } finally {
    await server.stop();
  }
}

async function probe(server: Wirehouse, rooms: Load["rooms"], word: string): Promise<number> {
  const { id, tokens } = rooms[rooms.length - 1] ?? { id: "", tokens: [] };
  const token = tokens[1] ?? "";
  const began = performance.now();
  await server.ask(Receipt, "POST", "/messages", token, { to: id, text: `a message with the word ${word}` });
  // Who is refused asks again, as a client would.
  while (!(await find(server, token, word).catch(() => undefined))?.items.length) await pause(LOOK);
  return performance.now() - began;
}

/** The same work with and without an index that follows, in turns. */
async function cost(pace: Pace): Promise<void> {
  const targets = [
    await wirehouse("indexed"),
    await wirehouse("not indexed", { services: ["directory", "gateway", "persistence", "presence", "router"] }),
  ];
  try {
    header();
    const rooms = await Promise.all(targets.map((target) => target.rooms(W1)));
    for (const more of [{ window: 16 }, { window: 1, rate: 2000 }]) {
      const results = await turns(targets, rooms, more, pace);
      const title = `W1 ${more.rate === undefined ? "window 16" : `steady ${more.rate}/s`}`;
      for (const [index, { name }] of targets.entries()) row(`${title}  ${name}`, results[index] ?? []);
      if (more.rate === undefined) ratio(`${title}  indexed / not`, ...results);
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}

async function turns(targets: Wirehouse[], rooms: Load["rooms"][], load: Pick<Load, "window" | "rate">, pace: Pace) {
  const results = targets.map((): Awaited<ReturnType<typeof measure>>[] => []);
  for (let turn = 0; turn < pace.turns; turn++)
    for (const [index, target] of targets.entries())
      results[index]?.push(await measure(target, { ...load, rooms: rooms[index] ?? [] }, pace));
  return results;
}

/** A million messages in 5,000 conversations, looked through by members of some, many and all of them. */
async function queries(): Promise<void> {
  const { path: data, remove } = newFolder();
  try {
    const made = await wirehouse("making conversations", { data });
    const people = await made.people(MEMBERSHIPS.length);
    const ids = await conversations(made, people).finally(made.stop);
    await fill(data, MESSAGES / CONVERSATIONS, ids);
    const server = await wirehouse("searched", { data });
    try {
      const began = performance.now();
      const last = people.at(-1)?.token ?? "";
      const isBehind = async () => {
        const page = await find(server, last, "nothing").catch(() => undefined);
        return page === undefined || page.behind > 0;
      };
      while (await isBehind()) await pause(500);
      line(`${MESSAGES} messages indexed`, [`${((performance.now() - began) / 1000).toFixed(0)} s`]);
      line("", ["p50 ms", "p99 ms", "queries/s"]);
      for (const [index, { token }] of people.entries())
        for (const [kind, query] of Object.entries(kinds))
          await ask(server, token, `member of ${MEMBERSHIPS[index]}: ${kind}`, query);
    } finally {
      await server.stop();
    }
  } finally {
    remove();
  }
}

/** Queries, each of its kind another. */
const kinds: Record<string, (serial: number) => string> = {
  "a frequent word": (serial) => wordOf(serial % 50),
  "a rare word": (serial) => wordOf(10_000 + serial * 37),
  "two words": (serial) => `${wordOf(serial % 50)} ${wordOf(300 + serial)}`,
  "a beginning": (serial) => `${wordOf(20 + (serial % 200)).slice(0, 3)}*`,
};

/** One after the other, and several at once. */
async function ask(server: Wirehouse, token: string, title: string, query: (serial: number) => string): Promise<void> {
  const times: number[] = [];
  for (let serial = 0; serial < QUERIES; serial++) {
    const began = performance.now();
    await find(server, token, query(serial));
    times.push(performance.now() - began);
  }
  const began = performance.now();
  await Promise.all(
    Array.from({ length: ASKERS }, async (_, asker) => {
      for (let serial = 0; serial < QUERIES / ASKERS; serial++)
        await find(server, token, query(serial * ASKERS + asker));
    }),
  );
  const rate = QUERIES / ((performance.now() - began) / 1000);
  line(title, [quantile(times, 0.5).toFixed(1), quantile(times, 0.99).toFixed(1), rate.toFixed(0)]);
}

/** The last of these people is in all, the others in the first of them. */
async function conversations(server: Wirehouse, people: { handle: string; token: string }[]): Promise<string[]> {
  const owner = people.at(-1)?.token ?? "";
  const ids: string[] = [];
  for (let serial = 0; serial < CONVERSATIONS; serial++) {
    const invited = people.slice(0, -1).filter((_, index) => serial < (MEMBERSHIPS[index] ?? 0));
    const room = { kind: "room", members: invited.map(({ handle }) => `@${handle}`) };
    const { id } = await server.ask(Type.Object({ id: Type.String() }), "POST", "/conversations", owner, room);
    ids.push(id);
  }
  return ids;
}

import Type from "typebox";
import { Message } from "../contract/conversation.ts";
import { Receipt } from "../contract/entry.ts";
import { Page } from "../contract/scalars.ts";
import { type Wirehouse, wirehouse } from "./servers.ts";
import { stored } from "./stored.ts";
import { line, quantile } from "./table.ts";
import type { Load } from "./workloads.ts";

const ENTRIES = 1_000_000;
/** Starts of the server: in each of them the long conversation is opened once. */
const STARTS = 5;
/** Conversations of a few entries that are opened beside it. */
const SHORT = { rooms: 20, members: 2 };
/** Parts of the log that lie behind a page, and pages read at each. */
const DEPTHS = [0, 0.01, 0.25, 0.5, 0.75, 0.99];
const PAGES = 100;

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

const send = (server: Wirehouse, { id, tokens: [token = ""] }: Load["rooms"][number]) =>
  milliseconds(() => server.ask(Receipt, "POST", "/messages", token, { to: id, text: "hello" }));

/** One conversation of a million entries: what it takes to open it, which its first send does, and to read in it. */
export async function long(): Promise<void> {
  const { data, rooms, remove } = await stored({ rooms: 1, members: 2 }, ENTRIES);
  const [room] = rooms;
  if (!room) throw new Error("there is no room");
  const opening: number[] = [];
  const openingShort: number[] = [];
  const next: number[] = [];
  try {
    let short: Load["rooms"] = [];
    for (let start = 0; start <= STARTS; start++) {
      const server = await wirehouse("long", { data });
      try {
        // What runs for the first time is slow, whatever it runs on.
        const made = await server.rooms(SHORT);
        for (const one of made) await send(server, one);
        if (start > 0) {
          for (const one of short) openingShort.push(await send(server, one));
          opening.push(await send(server, room));
          next.push(await send(server, room));
        }
        short = made;
        if (start === STARTS) await pages(server, room);
      } finally {
        await server.stop();
      }
    }
  } finally {
    remove();
  }
  line("", ["p50 ms", "worst ms"]);
  for (const [title, times] of [
    ["open and send, 1 M entries", opening],
    ["open and send, 3 entries", openingShort],
    ["send, 1 M entries, open", next],
  ] as const)
    line(title, [quantile(times, 0.5).toFixed(1), Math.max(...times).toFixed(1)]);
}

async function pages(server: Wirehouse, { id, tokens: [token = ""] }: Load["rooms"][number]): Promise<void> {
  line("", ["p50 ms", "p99 ms"]);
  for (const depth of DEPTHS) {
    const times: number[] = [];
    for (let page = 0; page < PAGES; page++) {
      const before = Math.round(ENTRIES * (1 - depth)) - 50 * page;
      const path = `/conversations/${id}/messages?before=${before}`;
      times.push(await milliseconds(() => server.ask(Page(Message), "GET", path, token)));
    }
    line(`a page, ${depth * 100} % of 1 M behind`, [quantile(times, 0.5).toFixed(1), quantile(times, 0.99).toFixed(1)]);
  }
  const verifying = milliseconds(() =>
    server.ask(Type.Object({ ok: Type.Literal(true) }), "POST", `/conversations/${id}/verify`, token),
  );
  line("verify, 1 M entries", [`${((await verifying) / 1000).toFixed(1)} s`]);
}

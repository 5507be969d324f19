import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { measure, type Pace, type Result } from "./measure.ts";
import { newFolder } from "./process.ts";
import { wirehouse } from "./servers.ts";
import { header, ratio, row } from "./wire.ts";
import { type Load, W1, type Workload } from "./workloads.ts";

/** Rooms whose logs are long already, in a folder of data. */
export type Stored = { data: string; rooms: Load["rooms"]; remove(): void };

/** Makes rooms, and fills them without a server, which would take longer. */
export async function stored(workload: Pick<Workload, "rooms" | "members">, each: number): Promise<Stored> {
  const { path: data, remove } = newFolder();
  const server = await wirehouse("making rooms", { data });
  const rooms = await server.rooms(workload).finally(server.stop);
  await fill(
    data,
    each,
    rooms.map(({ id }) => id),
  );
  const indexing = await wirehouse("indexing", { data });
  await indexing.indexed(rooms).finally(indexing.stop);
  return { data, rooms, remove };
}

/** Lengthens each of these conversations by so many messages; no server may have the folder. */
export async function fill(data: string, each: number, ids: string[]): Promise<void> {
  const filling = spawn(process.execPath, [join(import.meta.dirname, "fill.ts"), String(each)], {
    env: { ...process.env, WIREHOUSE_DATA: data },
    stdio: ["pipe", "ignore", "inherit"],
  });
  filling.stdin?.end(ids.join("\n"));
  const [code] = await once(filling, "exit");
  if (code !== 0) throw new Error("the conversations could not be filled");
}

const ENTRIES = 1_000_000;

/** What a million entries that are stored already cost: the same rooms, empty and full, in turns. */
export async function storedBench(pace: Pace): Promise<void> {
  const before = await stored(W1, ENTRIES / W1.rooms);
  const full = await wirehouse("1 M stored", { data: before.data });
  const empty = await wirehouse("empty");
  try {
    header();
    const places = [
      { target: full, rooms: before.rooms },
      { target: empty, rooms: await empty.rooms(W1) },
    ];
    for (const window of [16, 1]) {
      const results: Result[][] = places.map(() => []);
      for (let turn = 0; turn < pace.turns; turn++)
        for (const [index, { target, rooms }] of places.entries()) {
          results[index]?.push(await measure(target, { rooms, window }, pace));
          await target.indexed(rooms);
        }
      const title = `W1 window ${window}`;
      for (const [index, { target }] of places.entries()) row(`${title}  ${target.name}`, results[index] ?? []);
      ratio(`${title}  stored / empty`, ...results);
    }
  } finally {
    await empty.stop();
    await full.stop();
    before.remove();
  }
}

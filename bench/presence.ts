import { setTimeout as pause } from "node:timers/promises";
import WebSocket from "ws";
import { type Wirehouse, wirehouse } from "./servers.ts";
import { line } from "./table.ts";

/** Sessions that come within so many seconds, as after a restart of a gateway. */
const COMING = 5_000;
const SECONDS = 5;
/** Sessions that watch, and whom each of them does: overlapping parts of those who come. */
const WATCHING = 1_000;
const WATCHED = 1_000;
/** People made at once. */
const AT_ONCE = 50;
/** All that should be told is, and nothing else was for so long (milliseconds). */
const QUIET = 1_500;

/** A storm of sessions before many who watch: what is told of it, and what it costs. */
export async function presenceStorm(): Promise<void> {
  const server = await wirehouse("wirehouse");
  try {
    const people = [];
    while (people.length < COMING + WATCHING) people.push(...(await server.people(AT_ONCE)));
    const coming = people.slice(0, COMING);
    const told = { frames: 0 };
    const watchers = await Promise.all(people.slice(COMING).map(({ token }) => opened(server.url, token)));
    for (const [index, watcher] of watchers.entries()) {
      watcher.on("message", (data: Buffer) => {
        if (data.includes('"type":"presence"')) told.frames++;
      });
      const first = Math.floor((index * COMING) / WATCHING);
      const principals = Array.from({ length: WATCHED }, (_, one) => `@${coming[(first + one) % COMING]?.handle}`);
      watcher.send(JSON.stringify({ type: "watch", principals }));
    }
    line("", ["sessions", "frames told", "seconds", "CPU s", "RSS MB"]);
    await storm(`${WATCHING} watch ${WATCHED} each`, server, told, WATCHING * WATCHED, async () => 0);
    const sessions: WebSocket[] = [];
    await storm(`${COMING} come within ${SECONDS} s`, server, told, WATCHING * WATCHED, async () => {
      const began = performance.now();
      for (const [index, { token }] of coming.entries()) {
        await pause(Math.max(0, began + (index * SECONDS * 1000) / COMING - performance.now()));
        void opened(server.url, token).then((session) => sessions.push(session));
      }
      while (sessions.length < COMING) await pause(10);
      return COMING;
    });
    await storm("all go, and come back", server, told, 0, async () => {
      for (const session of sessions.splice(0)) session.terminate();
      const again = coming.map(({ token }) => opened(server.url, token));
      return (await Promise.all(again)).length;
    });
  } finally {
    await server.stop();
  }
}

/** Does something, waits until all is told, and says what that took. */
async function storm(
  title: string,
  server: Pick<Wirehouse, "usage">,
  told: { frames: number },
  expected: number,
  happen: () => Promise<number>,
): Promise<void> {
  const [before, framesBefore, began] = [server.usage(), told.frames, performance.now()];
  const sessions = await happen();
  let last = performance.now();
  const isDone = () => told.frames - framesBefore >= expected && performance.now() - last > QUIET;
  for (let frames = -1; !isDone(); await pause(50)) {
    if (frames !== told.frames) last = performance.now();
    frames = told.frames;
  }
  const { cpu, rss } = server.usage();
  line(title, [
    String(sessions),
    String(told.frames - framesBefore),
    ((last - began) / 1000).toFixed(1),
    (cpu - before.cpu).toFixed(1),
    (rss / 2 ** 20).toFixed(0),
  ]);
}

/** A session that is ready. */
function opened(url: string, token: string): Promise<WebSocket> {
  return new Promise((ready, fail) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", token })));
    socket.once("message", () => ready(socket));
    socket.on("error", fail);
  });
}

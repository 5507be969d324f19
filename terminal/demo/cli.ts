import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readAccess } from "../../access.ts";
import { Rest } from "../../client/rest.ts";
import { readConfig } from "../../config.ts";
import { CannotStart } from "../../contract/errors.ts";
import { inColour } from "../paint.ts";
import { Screen } from "../screen.ts";
import { desk } from "./desk.ts";
import { hints } from "./hints.ts";
import { Play } from "./play.ts";
import { Scenery } from "./scenery.ts";
import type { Script } from "./script.ts";
import { ownServer, runningServer, type Server } from "./server.ts";
import { slackScript } from "./slack.ts";
import { Stage } from "./stage.ts";

/** `npm run demo`: days of a workspace, live. */

const USAGE = `Usage: npm run demo -- [<folder or zip of a Slack export> | desk] [--speed <times>]
  Without an export it takes what of these is there, the first of them:
    ./slack-export  ./slack-export.zip  ../shared/corpus/slack-export
  and else the day of a trading desk that it brings along; "desk" asks for that.
  --speed 600: ten minutes pass in a second.
Variables: WIREHOUSE and TOKEN (an administrator's) of a server that runs; without one it starts its own.`;

const DESK = "desk";
/** Folder of its own server's data, below `WIREHOUSE_DATA`. */
const DEMO = "demo";
/** Where an export is looked for. */
const USUAL = ["slack-export", "slack-export.zip", "../shared/corpus/slack-export"];
/** Who looks on: whoever tries what the demo proposes. */
const GUEST = { handle: "demo-guest", name: "Guest of the demo", kind: "person" } as const;
/** Milliseconds in which the line that tells how things stand is written anew. */
const STATUS = 250;

function asked(given: string[]): { path: string | undefined; speed: number | undefined } {
  try {
    const options = { speed: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: given, allowPositionals: true, options });
    const [path = USUAL.find((usual) => existsSync(usual)) ?? DESK, ...more] = positionals;
    const speed = values.speed === undefined ? undefined : Number(values.speed);
    if (more.length > 0 || (speed !== undefined && !(speed > 0))) throw new CannotStart(USAGE);
    return { path: path === DESK ? undefined : resolve(path), speed };
  } catch {
    throw new CannotStart(USAGE);
  }
}

const stop = new AbortController();
const screen = new Screen(process.stdout, inColour);

/** @param path of an export, to be imported if it isn't yet */
async function play(script: Script, speed: number, server: Server, path: string | undefined): Promise<void> {
  const scenery = new Scenery(new Rest([server.url], server.token), script);
  const [name = ""] = script.look.places;
  if (path !== undefined && !(await scenery.has(name)) && !(await server.import(path))) {
    screen.line(`The channels begin empty here: a single server that runs is given an export's past in its console,
by "call importer.run --path ${path}" (npm start -- --repl).`);
  }
  await scenery.bind();
  const token = await scenery.token(GUEST);
  const guest = new Rest([server.url], token);
  for (const place of script.look.places) {
    const id = await scenery.place(place);
    await guest.ask("POST", `/conversations/${id}/members`, { principal: `@${GUEST.handle}` });
  }
  const id = await scenery.place(name);
  screen.line(hints({ url: server.url, token, place: { name: scenery.called(name), id }, words: script.look.words }));
  const stage = new Stage(server.url, scenery, script.people);
  const show = new Play(script, stage, stop.signal);
  const status = setInterval(() => screen.status(standing(show, script, stage)), STATUS);
  try {
    await show.run(speed);
  } finally {
    clearInterval(status);
    screen.status("");
    screen.line(standing(show, script, stage));
    for (const [why, count] of show.refused) screen.line(`${count} not played: ${why}`);
    stage.close();
  }
}

/** How things stand, on one line. */
function standing({ at, done }: Play, { lines }: Script, { size, delivered }: Stage): string {
  const time = new Date(at ?? 0).toLocaleString("en-GB", { ...CLOCK, timeZone: "UTC" });
  return `${at === undefined ? "" : `${time} · `}${done} of ${lines.length} played · ${size} online · ${delivered} entries told to them`;
}
const CLOCK = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;

async function main(): Promise<void> {
  const { path, speed } = asked(process.argv.slice(2));
  const access = readAccess(process.env);
  const script = path === undefined ? desk : await slackScript(path);
  screen.line(`${script.lines.length} lines of ${script.title}`);
  const running = await runningServer(access);
  const data = join(readConfig(process.env).data, DEMO);
  screen.line(running ? `playing at ${running.url}` : `starting a server of the demo's own, with its data in ${data}`);
  const server = running ?? (await ownServer(data, path));
  try {
    await play(script, speed ?? script.speed, server, path);
    if (running || stop.signal.aborted) return;
    screen.line("That was all. The server stays for you to look around; Ctrl-C ends it.");
    await once(stop.signal, "abort");
  } finally {
    await server.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Who asks twice is in a hurry.
  process.on(signal, () => (stop.signal.aborted ? process.exit(1) : stop.abort()));
}
// Nobody reads it any more.
process.stdout.on("error", () => stop.abort());

try {
  await main();
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted) process.exit(0);
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

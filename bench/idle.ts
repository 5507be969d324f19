import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { wirehouse } from "./servers.ts";
import { line } from "./table.ts";

const SESSIONS = 2_000;
/** Sessions that are opened before anything is counted: code is compiled, pools are made. */
const FIRST = 200;
const MEMBERS = 20;
/** Looks at the memory, half a second apart, between which it must stay within so many bytes. */
const QUIET = 10;
const STEADY = 2 * 2 ** 20;

/** What others take for one, in KB, measured elsewhere. */
const others = { "NATS server": 22, prosody: 36, ejabberd: 58 };

/** Bytes once they have stopped growing and shrinking: garbage is collected when there is time. */
async function settled(bytes: () => number): Promise<number> {
  const seen: number[] = [];
  for (;;) {
    seen.push(bytes());
    const last = seen.slice(-QUIET);
    if (last.length === QUIET && Math.max(...last) - Math.min(...last) < STEADY) return Math.min(...last);
    await new Promise((again) => setTimeout(again, 500));
  }
}

/** Memory of sessions that only listen, each of a principal of its own. */
export async function idle(): Promise<void> {
  const server = await wirehouse("idle");
  try {
    const rooms = await server.rooms({ rooms: (SESSIONS + FIRST) / MEMBERS, members: MEMBERS });
    const tokens = rooms.flatMap(({ tokens }) => tokens);
    const client = spawn(process.execPath, [join(import.meta.dirname, "listeners.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
    const open = async (some: string[]) => {
      client.stdin.write(`${JSON.stringify({ url: server.url, tokens: some })}\n`);
      await lines.next();
      return settled(() => server.usage().rss);
    };
    const before = await open(tokens.slice(0, FIRST));
    const after = await open(tokens.slice(FIRST));
    client.kill();
    line("", ["RSS MB", "KB a session"]);
    line(`${SESSIONS} idle sessions`, [(after / 2 ** 20).toFixed(0), ((after - before) / SESSIONS / 1024).toFixed(1)]);
    for (const [name, kilobytes] of Object.entries(others)) line(name, ["", kilobytes.toFixed(1)]);
  } finally {
    await server.stop();
  }
}

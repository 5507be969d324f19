import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Type, { type Static, type TSchema } from "typebox";
import Value from "typebox/value";
import type { Workload } from "./workloads.ts";

const root = resolve(import.meta.dirname, "..");
/** Clock ticks of /proc a second, on every Linux that Node runs on. */
const TICKS = 100;

const Made = { token: Type.Object({ token: Type.String() }), conversation: Type.Object({ id: Type.String() }) };

const Counted = Type.Object({ commits: Type.Number(), rows: Type.Number() });

/** A server under load, in a process and on a folder of its own. */
export type Target = {
  name: string;
  url: string;
  /** Ids and members' tokens of this many new rooms. */
  rooms(workload: Workload): Promise<{ id: string; tokens: string[] }[]>;
  /** Seconds of CPU, and bytes of memory, of the process so far. */
  usage(): { cpu: number; rss: number };
  /** Commits and the entries they stored so far, where the server says. */
  commits(): Promise<{ commits: number; rows: number } | undefined>;
  stop(): Promise<void>;
};

/** The bare program. */
export async function limit(): Promise<Target> {
  const port = await freePort();
  const server = await start("limit", port, (folder) => `exec node bench/limit.ts ${port} ${folder}`, {});
  let serial = 0;
  return {
    ...server,
    async rooms({ rooms, members }) {
      return Array.from({ length: rooms }, () => {
        const id = `room-${serial++}`;
        return { id, tokens: Array.from({ length: members }, (_, i) => `${id}/${i}`) };
      });
    },
    commits: async () => Value.Parse(Counted, await (await fetch(`http://127.0.0.1:${port}`)).json()),
  };
}

/** Wirehouse as `npm start` runs it; `metered` with its metrics, which count commits. */
export async function wirehouse(name: string, metered: boolean): Promise<Target> {
  const port = await freePort();
  const metrics = await freePort();
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const administrator = "bench-administrator-bench-administrator";
  const environment = (folder: string) => ({
    WIREHOUSE_DATA: folder,
    WIREHOUSE_ADMIN_TOKEN: administrator,
    PORT: String(port),
    ...(metered && { METRICS_PORT: String(metrics) }),
    WIREHOUSE_RATE: "0",
  });
  const server = await start(name, port, () => scripts.start, environment);
  const ask = async <T extends TSchema>(answer: T, path: string, token: string, body: object): Promise<Static<T>> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}/v1${path}`, request);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return Value.Parse(answer, await response.json());
  };
  const person = async (handle: string) => {
    await ask(Type.Object({}), "/principals", administrator, { handle, name: handle, kind: "person" });
    const { token } = await ask(Made.token, `/principals/${handle}/tokens`, administrator, {});
    return { handle, token };
  };
  let serial = 0;
  return {
    ...server,
    async rooms({ rooms, members }) {
      const made = [];
      for (let r = 0; r < rooms; r++) {
        const people = await Promise.all(Array.from({ length: members }, () => person(`p${serial++}`)));
        const [owner, ...others] = people;
        const invited = others.map(({ handle }) => `@${handle}`);
        const room = { kind: "room", members: invited };
        const { id } = await ask(Made.conversation, "/conversations", owner?.token ?? "", room);
        made.push({ id, tokens: people.map(({ token }) => token) });
      }
      return made;
    },
    async commits() {
      if (!metered) return undefined;
      const text = await fetch(`http://127.0.0.1:${metrics}/metrics`)
        .then((response) => response.text())
        .catch(() => "");
      const value = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "m").exec(text)?.[1]);
      const counted = { commits: value("wirehouse_commit_total"), rows: value("wirehouse_commit_rows_total") };
      return Number.isNaN(counted.commits) ? undefined : counted;
    },
  };
}

async function start(
  name: string,
  port: number,
  command: (folder: string) => string,
  environment: object | ((folder: string) => object),
) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const extra = typeof environment === "function" ? environment(folder) : environment;
  const child = spawn(command(folder), {
    shell: true,
    cwd: root,
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, ...extra },
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const origin = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${origin}/readyz`)
      .then((response) => response.ok)
      .catch(() => false);
    if (ready) break;
    if (child.exitCode !== null) throw new Error(`${name} ended before it was ready`);
    await new Promise((again) => setTimeout(again, 50));
  }
  return {
    name,
    url: `${origin.replace("http", "ws")}/v1/stream`,
    usage: () => usage(child),
    async stop() {
      child.kill("SIGTERM");
      await new Promise((ended) => child.once("exit", ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function usage({ pid }: ChildProcess) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, rss: Number(rss) * 1024 };
}

function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Type, { type Static, type TSchema } from "typebox";
import Value from "typebox/value";
import { freePort, newFolder, root, type Started, start } from "./process.ts";
import type { Load, Workload } from "./workloads.ts";

const Made = { token: Type.Object({ token: Type.String() }), conversation: Type.Object({ id: Type.String() }) };
const Found = Type.Object({ behind: Type.Number() });
/** `seconds` are those of all commits together, where they are counted. */
const Counted = Type.Object({
  commits: Type.Number(),
  rows: Type.Number(),
  seconds: Type.Optional(Type.Number()),
});
export type Counted = Static<typeof Counted>;

/** A server under load. */
export type Target = Omit<Started, "origin"> & {
  name: string;
  /** Of its stream. */
  url: string;
  /** Ids and members' tokens of this many new rooms. */
  rooms(workload: Pick<Workload, "rooms" | "members">): Promise<Load["rooms"]>;
  /** Resolves when the search index has all of these rooms: until then it takes its part of the machine. */
  indexed(rooms: Load["rooms"]): Promise<void>;
  /** Commits and the entries they stored so far, where the server says. */
  commits(): Promise<Counted | undefined>;
};

/** A Wirehouse, which can also be asked over REST. */
export type Wirehouse = Target & {
  /** So many new people. */
  people(count: number): Promise<{ handle: string; token: string }[]>;
  /** @throws Error with what is wrong when the answer is none of the 2xx */
  ask<T extends TSchema>(
    answer: T,
    method: "GET" | "POST",
    path: string,
    token: string,
    body?: object,
  ): Promise<Static<T>>;
  /** A message of the administrator's. */
  send(to: string, text: string): Promise<void>;
};

const streamOf = (origin: string) => `${origin.replace("http", "ws")}/v1/stream`;

/** The bare program. */
export async function limit(): Promise<Target> {
  const port = await freePort();
  const folder = newFolder();
  const { origin, ...server } = await start(`exec node bench/limit.ts ${port} ${folder.path}`, port);
  let serial = 0;
  return {
    ...server,
    name: "limit",
    url: streamOf(origin),
    stop: () => server.stop().finally(folder.remove),
    async rooms({ rooms, members }) {
      return Array.from({ length: rooms }, () => {
        const id = `room-${serial++}`;
        return { id, tokens: Array.from({ length: members }, (_, i) => `${id}/${i}`) };
      });
    },
    // It has none.
    async indexed() {},
    commits: async () => Value.Parse(Counted, await (await fetch(origin)).json()),
  };
}

type Options = {
  /** With its metrics, which count commits. */
  metered?: boolean;
  /** Of its data; without it one that is gone afterwards. */
  data?: string;
  /** The URL of a database server to keep the log on. */
  database?: string;
  /** What it runs; without it everything. */
  services?: string[];
  /** Where it tells of its spans, and of which share of traces. */
  traces?: { collector: string; share: number };
};

const administrator = "bench-administrator-bench-administrator";

/** Wirehouse as `npm start` runs it. */
export async function wirehouse(
  name: string,
  { metered = false, data, database, services, traces }: Options = {},
): Promise<Wirehouse> {
  const port = await freePort();
  const metrics = await freePort();
  const own = data === undefined ? newFolder() : undefined;
  const some = services?.map((service) => `services/${service}`).join(" ");
  const command = some === undefined ? npmStart : npmStart.replace(/services$/, some);
  const server = await start(command, port, {
    ...settings(data ?? own?.path ?? ""),
    PORT: String(port),
    ...(metered && { METRICS_PORT: String(metrics) }),
    ...(database !== undefined && { DATABASE_URL: database }),
    ...(traces && {
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.collector,
      OTEL_TRACES_SAMPLER_ARG: String(traces.share),
    }),
  });
  return {
    ...server,
    ...asked(name, server.origin),
    stop: () => server.stop().finally(() => own?.remove()),
    commits: async () => (metered ? commitsAt(metrics) : undefined),
  };
}

/** What a process says at its port for metrics; undefined before it has committed anything. */
export async function commitsAt(port: number): Promise<Counted | undefined> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`)
    .then((response) => response.text())
    .catch(() => "");
  const value = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "m").exec(text)?.[1]);
  const counted = {
    commits: value("wirehouse_commit_rows_count"),
    rows: value("wirehouse_commit_rows_sum"),
    seconds: value("wirehouse_commit_seconds_sum"),
  };
  return Number.isNaN(counted.commits) ? undefined : counted;
}

/** The command of a node. */
export const npmStart: string = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts.start;

/** The variables of every server here. */
export const settings = (data: string): Record<string, string> => ({
  WIREHOUSE_DATA: data,
  WIREHOUSE_ADMIN_TOKEN: administrator,
  WIREHOUSE_RATE: "0",
});

/** What is asked of a Wirehouse over REST. */
export function asked(
  name: string,
  origin: string,
): Pick<Wirehouse, "name" | "url" | "ask" | "send" | "people" | "rooms" | "indexed"> {
  const ask: Wirehouse["ask"] = async (answer, method, path, token, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${origin}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return Value.Parse(answer, await response.json());
  };
  const person = async (handle: string) => {
    await ask(Type.Object({}), "POST", "/principals", administrator, { handle, name: handle, kind: "person" });
    const { token } = await ask(Made.token, "POST", `/principals/${handle}/tokens`, administrator, {});
    return { handle, token };
  };
  // Other starts on the same data have made people too.
  const birth = randomBytes(6).toString("hex");
  let serial = 0;
  const people = (count: number) => Promise.all(Array.from({ length: count }, () => person(`p${serial++}-${birth}`)));
  return {
    name,
    url: streamOf(origin),
    ask,
    people,
    async send(to, text) {
      await ask(Type.Object({}), "POST", "/messages", administrator, { to, text });
    },
    async rooms({ rooms, members }) {
      const made = [];
      for (let r = 0; r < rooms; r++) {
        const all = await people(members);
        const [owner, ...others] = all;
        const invited = others.map(({ handle }) => `@${handle}`);
        const room = { kind: "room", members: invited };
        const { id } = await ask(Made.conversation, "POST", "/conversations", owner?.token ?? "", room);
        made.push({ id, tokens: all.map(({ token }) => token) });
      }
      return made;
    },
    async indexed(rooms) {
      for (const { tokens } of rooms)
        while ((await ask(Found, "GET", "/search?q=x&limit=1", tokens[0] ?? "")).behind > 0)
          await new Promise((again) => setTimeout(again, 200));
    },
  };
}

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Access } from "../../access.ts";
import { Supervised } from "../../cluster/supervised.ts";
import { CannotStart } from "../../contract/errors.ts";
import manifest from "../../package.json" with { type: "json" };

/** A Wirehouse to play at, and an administrator's token there. */
export type Server = {
  readonly url: string;
  readonly token: string;
  /** Imports an export, if this one can. @returns whether it is imported */
  import(path: string): Promise<boolean>;
  stop(): Promise<void>;
};

/** Of a server that is the demo's own: beside one that is started meanwhile, and the same each time, so that clients come back. */
const PORT = 3001;
/** Lines of its log that are kept, to be told when it can't start. */
const LINES = 20;
/** Variables that are about other processes than this one's. */
const FOREIGN = /^(NATS_|SERVICES$|DATABASE_URL$|METRICS_PORT$)/;

/**
 * The server that runs where `WIREHOUSE` says.
 * @returns undefined where none does
 * @throws CannotStart when there is no token for it
 */
export async function runningServer({ url, token }: Access): Promise<Server | undefined> {
  if (!(await isWirehouse(url))) return undefined;
  if (token === undefined) {
    throw new CannotStart(`A Wirehouse runs at ${url}. To play there the demo makes people and channels, so it needs an
administrator's token: TOKEN=wh_… npm run demo
(Or stop that server, and the demo starts one of its own.)`);
  }
  return {
    url,
    token,
    // Into a cluster an importer comes as a node of it; a single process has its database to itself.
    import: async (path) => process.env.NATS_URL !== undefined && (await imported(path, process.env)),
    stop: async () => {},
  };
}

/** Any server answers something; ours describes itself. */
async function isWirehouse(url: string): Promise<boolean> {
  try {
    const text = await (await fetch(`${url}/openapi.json`)).text();
    return JSON.parse(text).info?.title === "Wirehouse";
  } catch {
    return false;
  }
}

/**
 * A server of the demo's own.
 * @param data its folder; what is there already is played on
 * @param exported the export that it should have
 */
export async function ownServer(data: string, exported: string | undefined): Promise<Server> {
  const port = await portLike(PORT);
  const token = `wh_${randomBytes(32).toString("base64url")}`;
  const common = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  const own = { PORT: String(port), WIREHOUSE_DATA: data, WIREHOUSE_ADMIN_TOKEN: token };
  const environment = { ...common, ...own, WIREHOUSE_HOST: "127.0.0.1" };
  mkdirSync(data, { recursive: true });
  const note = join(data, "imported");
  const isImported = exported !== undefined && existsSync(note) && readFileSync(note, "utf8") === exported;
  if (exported !== undefined && !isImported) {
    if (!(await imported(exported, environment))) throw new CannotStart("The import has failed.");
    writeFileSync(note, exported);
  }
  const said: string[] = [];
  const server = new Supervised(
    { command: "sh", args: ["-c", manifest.scripts.start], environment, ready: "Wirehouse is ready" },
    (line) => {
      said.push(line);
      if (said.length > LINES) said.shift();
    },
  );
  // Whatever ends this process ends what it has started.
  process.once("exit", () => server.kill());
  await server.start().catch((error: Error) => {
    throw new CannotStart([`The server ${error.message}:`, ...said].join("\n"));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    import: async () => true,
    stop: () => server.stop(),
  };
}

/** `npm run import` as a process of its own. @returns whether it has succeeded */
async function imported(path: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn("sh", ["-c", `${manifest.scripts.import} "$0"`, path], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "close");
  return code === 0;
}

/** This port, or where somebody has it any free one. */
async function portLike(wished: number): Promise<number> {
  const server = createServer();
  const heard = once(server.listen(wished, "127.0.0.1"), "listening").catch(() =>
    once(server.listen(0, "127.0.0.1"), "listening"),
  );
  await heard;
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gives no port");
  return address.port;
}

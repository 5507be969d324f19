import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Meilisearch } from "meilisearch";
import type { Address } from "../../services/search/engines/meilisearch/server.ts";
import { MeilisearchEngine } from "../../services/search/engines/meilisearch.ts";
import { freePort } from "./free-port.ts";
import { type Running, run } from "./server.ts";
import { until } from "./until.ts";

/** A server that runs already, and a key that may do all; else one is started where there is the program. */
const named = process.env.MEILI_URL;
const program = process.env.MEILI_BIN ?? "meilisearch";
const found = named !== undefined || spawnSync(program, ["--version"]).status === 0;

/** Tests on a real Meilisearch; where there is none a line says so. */
export function describeOnMeilisearch(title: string, suite: () => void): void {
  if (found) describe(title, suite);
  else
    console.log(`${title}: left out, for want of meilisearch (on the PATH or MEILI_BIN), or MEILI_URL and MEILI_KEY`);
}

export const MASTER = "a-key-of-tests-alone-32-bytes-long";

/** A server that a test may stop. */
export type MeiliServer = Address & {
  readonly pid: number;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

/** A server on any free port of the loopback, with files of its own. */
export async function startMeilisearch(): Promise<MeiliServer> {
  const folder = mkdtempSync(join(tmpdir(), "wirehouse-meili-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let server: Running | undefined;
  const start = async () => {
    const started = run(
      `exec ${program} --http-addr 127.0.0.1:${port} --db-path ${folder}/data --dump-dir ${folder}/dumps --snapshot-dir ${folder}/snapshots --no-analytics --master-key '${MASTER}' --max-indexing-memory 512Mb --max-indexing-threads 1 --log-level WARN`,
    );
    server = started;
    const isUp = () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(isUp, "Meilisearch to answer", 60_000);
  };
  await start();
  return {
    url,
    key: MASTER,
    get pid() {
      return server?.pid ?? Number.NaN;
    },
    start,
    kill: async () => {
      await server?.kill();
    },
    remove: async () => {
      await server?.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server that tests share: started by the first who asks, stopped after all of them. */
let shared: Promise<MeiliServer> | undefined;
const uids: string[] = [];

export async function sharedMeilisearch(): Promise<Address> {
  if (named !== undefined) return { url: named, key: process.env.MEILI_KEY };
  shared ??= startMeilisearch();
  return shared;
}

after(async function () {
  this.timeout(60_000);
  if (named !== undefined) for (const uid of uids) await clientOf(await sharedMeilisearch()).deleteIndexIfExists(uid);
  await (await shared)?.remove();
});

export const clientOf = ({ url, key }: Address): Meilisearch =>
  new Meilisearch({ host: url, ...(key === undefined ? {} : { apiKey: key }) });

/** The name of an index that nobody has. */
export function newUid(): string {
  const uid = `test-${process.pid}-${uids.length}`;
  uids.push(uid);
  return uid;
}

export type Heard = { failed: string[]; setAside: string[] };

/** An engine over a server, open, with what it has told of failures. */
export async function withEngine<T>(
  address: Address,
  uid: string,
  use: (engine: MeilisearchEngine, heard: Heard) => Promise<T>,
): Promise<T> {
  const heard: Heard = { failed: [], setAside: [] };
  const events = {
    failed: ({ message }: Error) => heard.failed.push(message),
    setAside: (id: string) => heard.setAside.push(id),
  };
  const engine = new MeilisearchEngine(address, events, uid);
  await engine.open();
  try {
    return await use(engine, heard);
  } finally {
    await engine.close();
  }
}

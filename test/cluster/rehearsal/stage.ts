import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsServer } from "../../support/nats.ts";
import { startPostgres } from "../../support/postgres.ts";
import { type Environment, type Running, run, script } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";
import type { Host, Network } from "./hosts.ts";

/** The services of each kind of process: as the Deployments have them, but for the directory, which goes with the log. */
const kinds = {
  persistence: "directory,persistence",
  router: "router",
  presence: "presence",
  search: "search",
  gateway: "gateway",
};
export type Kind = keyof typeof kinds;

/** Milliseconds for a process to be ready. */
const PATIENCE = 60_000;

/** A process that can be taken away and put back: a node, or a NATS server. */
export class Piece {
  readonly name: string;
  readonly host: Host;
  readonly #launch: () => Promise<Running>;
  #process: Running | undefined;

  constructor(name: string, host: Host, launch: () => Promise<Running>) {
    this.name = name;
    this.host = host;
    this.#launch = launch;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  async start(): Promise<void> {
    this.#process = await this.#launch();
  }

  /** SIGTERM. @throws Error when it did not end well */
  async stop(): Promise<void> {
    const { code, signal } = (await this.#process?.stop()) ?? { code: 0 };
    this.#process = undefined;
    if (code !== 0) throw new Error(`${this.name} ended with ${code ?? signal}`);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.kill();
  }
}

/** The shape of production: three NATS servers, PostgreSQL outside, and hosts of processes. */
export class Stage {
  readonly hosts: readonly Host[];
  readonly nats: readonly Piece[];
  /** `url` and `metrics` are where it is reached: a gateway's REST, and every process's figures. */
  readonly nodes: { piece: Piece; kind: Kind; url: string; metrics: string }[] = [];
  readonly #environment: Environment;
  readonly #data: string;
  readonly #logs: string | undefined;
  #serial = 0;

  private constructor(
    { hosts }: Network,
    nats: readonly Piece[],
    data: string,
    environment: Environment,
    logs?: string,
  ) {
    this.hosts = hosts;
    this.#logs = logs;
    this.nats = nats;
    this.#data = data;
    this.#environment = environment;
  }

  /**
   * All of it is gone afterwards.
   * @param token the first administrator's
   * @param logs a folder that keeps what each process writes
   */
  static async with<T>(network: Network, token: string, use: (stage: Stage) => Promise<T>, logs?: string): Promise<T> {
    const postgres = await database(network.address);
    try {
      return await withFolder(async (data) => {
        const { pieces, url } = await natsCluster(network.hosts);
        const common = { DATABASE_URL: postgres.url, NATS_URL: url, WIREHOUSE_ADMIN_TOKEN: token, WIREHOUSE_RATE: "0" };
        const stage = new Stage(network, pieces, data, common, logs);
        try {
          await Promise.all(pieces.map((piece) => piece.start()));
          return await use(stage);
        } finally {
          await Promise.all([...stage.nodes.map(({ piece }) => piece), ...pieces].map((piece) => piece.kill()));
        }
      });
    } finally {
      await postgres.remove();
    }
  }

  get gateways(): string[] {
    return this.of("gateway").map(({ url }) => url);
  }

  of(kind: Kind) {
    return this.nodes.filter((node) => node.kind === kind && node.piece.isUp);
  }

  /** What runs there. */
  on(host: Host): Piece[] {
    return [...this.nodes.map(({ piece }) => piece), ...this.nats].filter((piece) => piece.host === host && piece.isUp);
  }

  /** A new process, until it is ready. */
  async add(kind: Kind, host: Host): Promise<void> {
    const port = await host.port();
    const metrics = await host.port();
    const name = `${kind}-${++this.#serial}`;
    const environment = {
      ...this.#environment,
      SERVICES: kinds[kind],
      WIREHOUSE_HOST: host.address,
      PORT: String(port),
      METRICS_PORT: String(metrics),
      WIREHOUSE_DATA: `${this.#data}/${name}`,
    };
    const operations = `http://${host.address}:${metrics}`;
    const piece = new Piece(name, host, async () => {
      const started = run(`${host.there(script("start"))}${this.#kept(name)}`, environment);
      await Promise.race([ready(operations), failed(name, started)]);
      return started;
    });
    this.nodes.push({ piece, kind, url: `http://${host.address}:${port}`, metrics: `${operations}/metrics` });
    await piece.start();
  }

  #kept(name: string): string {
    return this.#logs === undefined ? "" : ` >> '${this.#logs}/${name}.log' 2>&1`;
  }
}

const ready = (url: string) =>
  until(
    () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    "readiness",
    PATIENCE,
  );

const failed = async (name: string, started: Running): Promise<never> => {
  await started.ended;
  throw new Error(`${name} ended before it was ready:\n${started.output()}`);
};

/** A server that hosts reach, too. */
async function database(address: string) {
  const folder = mkdtempSync(join(tmpdir(), "wirehouse-pg-"));
  const rules = join(folder, "rules");
  writeFileSync(rules, "host all all samenet trust\n");
  const server = await startPostgres(`-c listen_addresses=127.0.0.1,${address} -c hba_file=${rules}`, folder);
  const url = new URL(server.url);
  url.hostname = address;
  return { ...server, url: url.href };
}

async function natsCluster(hosts: readonly Host[]): Promise<{ pieces: Piece[]; url: string }> {
  const servers = await Promise.all(
    hosts.map(async (host) => ({ host, client: await host.port(), cluster: await host.port() })),
  );
  const routes = servers.map(({ host, cluster }) => `nats://${host.address}:${cluster}`).join(",");
  const pieces = servers.map(({ host, client, cluster }) => {
    const { name, address } = host;
    return new Piece(`nats on ${name}`, host, async () => {
      const own = `-a ${address} -p ${client} --cluster_name rehearsal --cluster nats://${address}:${cluster}`;
      const started = run(host.there(`exec ${natsServer} ${own} --routes ${routes}`));
      await started.wrote("Server is ready");
      return started;
    });
  });
  return { pieces, url: servers.map(({ host, client }) => `nats://${host.address}:${client}`).join(",") };
}

/** Two of each on two hosts; a third router, and search, on a third. */
export async function raise(stage: Stage): Promise<void> {
  const [first, second, third] = stage.hosts;
  if (!first || !second || !third) throw new Error("there are not three hosts");
  // The first makes the schema and the administrator: others would wait for it, on a machine that has few cores.
  await stage.add("persistence", first);
  for (const host of [first, second]) {
    if (host === second) await stage.add("persistence", host);
    await stage.add("router", host);
    await stage.add("presence", host);
    await stage.add("gateway", host);
  }
  await Promise.all([stage.add("router", third), stage.add("search", third)]);
}

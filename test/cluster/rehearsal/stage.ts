import { freePort } from "../../support/free-port.ts";
import { natsServer } from "../../support/nats.ts";
import { startPostgres } from "../../support/postgres.ts";
import { type Environment, type Running, run, script } from "../../support/server.ts";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";

/** What runs together on a machine, so that it goes together. */
export type Host = 1 | 2 | 3;

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

/** The shape of production on one machine, on loopback ports: three NATS servers, PostgreSQL, and hosts of processes. */
export class Stage {
  readonly nats: readonly Piece[];
  /** `url` and `metrics` are where it is reached: a gateway's REST, and every process's figures. */
  readonly nodes: { piece: Piece; kind: Kind; url: string; metrics: string }[] = [];
  readonly #environment: Environment;
  readonly #data: string;
  #serial = 0;

  private constructor(nats: readonly Piece[], data: string, environment: Environment) {
    this.nats = nats;
    this.#data = data;
    this.#environment = environment;
  }

  /** All of it is gone afterwards. @param token the first administrator's */
  static async with<T>(token: string, use: (stage: Stage) => Promise<T>): Promise<T> {
    const postgres = await startPostgres();
    try {
      return await withFolder(async (data) => {
        const { pieces, url } = await natsCluster();
        const common = { DATABASE_URL: postgres.url, NATS_URL: url, WIREHOUSE_ADMIN_TOKEN: token, WIREHOUSE_RATE: "0" };
        const stage = new Stage(pieces, data, common);
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

  /** A new process, until it is ready. */
  async add(kind: Kind, host: Host): Promise<void> {
    const port = await freePort();
    const metrics = await freePort();
    const name = `${kind}-${++this.#serial}`;
    const environment = {
      ...this.#environment,
      SERVICES: kinds[kind],
      PORT: String(port),
      METRICS_PORT: String(metrics),
      WIREHOUSE_DATA: `${this.#data}/${name}`,
    };
    const piece = new Piece(name, host, async () => {
      const started = run(script("start"), environment);
      await Promise.race([ready(metrics), failed(name, started)]);
      return started;
    });
    this.nodes.push({ piece, kind, url: `http://127.0.0.1:${port}`, metrics: `http://127.0.0.1:${metrics}/metrics` });
    await piece.start();
  }
}

const ready = (port: number) =>
  until(
    () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
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

async function natsCluster(): Promise<{ pieces: Piece[]; url: string }> {
  const ports = await Promise.all(Array.from({ length: 3 }, async () => [await freePort(), await freePort()] as const));
  const routes = ports.map(([, cluster]) => `nats://127.0.0.1:${cluster}`).join(",");
  const hosts = [1, 2, 3] as const;
  const pieces = hosts.map((host) => {
    const [client = 0, cluster = 0] = ports[host - 1] ?? [];
    return new Piece(`nats-${host}`, host, async () => {
      const own = `-a 127.0.0.1 -p ${client} --cluster_name rehearsal --cluster nats://127.0.0.1:${cluster}`;
      const started = run(`exec ${natsServer} ${own} --routes ${routes}`);
      await started.wrote("Server is ready");
      return started;
    });
  });
  return { pieces, url: ports.map(([client]) => `nats://127.0.0.1:${client}`).join(",") };
}

/** Two of each on two hosts; a third router, and search, on a third. */
export async function raise(stage: Stage): Promise<void> {
  // The first makes the schema and the administrator: others would wait for it, on a machine that has few cores.
  await stage.add("persistence", 1);
  for (const host of [1, 2] satisfies Host[]) {
    if (host === 2) await stage.add("persistence", host);
    await stage.add("router", host);
    await stage.add("presence", host);
    await stage.add("gateway", host);
  }
  await Promise.all([stage.add("router", 3), stage.add("search", 3)]);
}

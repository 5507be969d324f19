import { randomUUID } from "node:crypto";
import { type NatsServer, withNats } from "./nats.ts";
import { NatsProxy } from "./nats-proxy.ts";
import { type Environment, type Running, run, script } from "./server.ts";
import { withFolder } from "./with-broker.ts";

/** What a node runs, by its name; `environment` is its own. */
export type Layout = Record<string, { services: string; environment?: Environment }>;

/** Of every cluster in tests: the first administrator's. */
export const ADMINISTRATOR = randomUUID() + randomUUID();

/** One process of a cluster, behind a proxy of its own. */
export class ClusterNode {
  readonly name: string;
  readonly services: string;
  readonly proxy: NatsProxy;
  readonly #environment: Environment;
  #process: Running | undefined;
  #url: string | undefined;
  #paused = false;

  constructor(name: string, services: string, proxy: NatsProxy, environment: Environment) {
    this.name = name;
    this.services = services;
    this.proxy = proxy;
    this.#environment = { ...environment, SERVICES: services, NATS_URL: proxy.url };
  }

  /** Where a gateway is reached; the same after each start. */
  get url(): string {
    if (this.#url === undefined) throw new Error(`${this.name} is no gateway`);
    return this.#url;
  }

  get isGateway(): boolean {
    return this.services.split(",").includes("gateway");
  }

  get isUp(): boolean {
    return this.#process !== undefined && !this.#paused;
  }

  /** Of its process, while there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What other nodes call it, anew after each start. */
  get id(): string {
    return /node {4}(\S+):/.exec(this.output())?.[1] ?? "";
  }

  output(): string {
    return this.#process?.output() ?? "";
  }

  async start(): Promise<void> {
    const port = this.#url === undefined ? "0" : new URL(this.#url).port;
    const started = run(script("start"), { ...this.#environment, PORT: port });
    this.#process = started;
    void started.ended.then(() => {
      if (this.#process === started) this.#process = undefined;
    });
    await started.wrote(`node    `);
    if (this.isGateway) this.#url = await started.wrote(/REST\s+(http:\/\/\S+)\/v1/);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#paused = false;
    await this.#process?.kill();
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    this.resume();
    await this.#process?.stop();
  }

  pause(): void {
    if (this.#process) process.kill(this.#process.pid, "SIGSTOP");
    this.#paused = true;
  }

  resume(): void {
    if (this.#process && this.#paused) process.kill(this.#process.pid, "SIGCONT");
    this.#paused = false;
  }
}

/** Real processes on a real nats-server, each reached through a proxy; all of it is gone afterwards. */
export class Cluster {
  readonly nats: NatsServer;
  readonly nodes: readonly ClusterNode[];

  private constructor(nats: NatsServer, nodes: ClusterNode[]) {
    this.nats = nats;
    this.nodes = nodes;
  }

  static async with<T>(layout: Layout, use: (cluster: Cluster) => Promise<T>): Promise<T> {
    return withFolder((data) =>
      withNats(async (nats) => {
        const nodes: ClusterNode[] = [];
        for (const [name, { services, environment }] of Object.entries(layout)) {
          const common = { WIREHOUSE_DATA: data, WIREHOUSE_ADMIN_TOKEN: ADMINISTRATOR, WIREHOUSE_RATE: "0" };
          nodes.push(new ClusterNode(name, services, await NatsProxy.open(nats.url), { ...common, ...environment }));
        }
        const cluster = new Cluster(nats, nodes);
        try {
          await Promise.all(nodes.map((node) => node.start()));
          await cluster.ready();
          return await use(cluster);
        } finally {
          for (const node of nodes) node.resume();
          await Promise.all(nodes.map((node) => node.kill()));
          await Promise.all(nodes.map(({ proxy }) => proxy.close()));
        }
      }),
    );
  }

  get gateways(): ClusterNode[] {
    return this.nodes.filter(({ isGateway }) => isGateway);
  }

  /** Those that run this service. */
  running(service: string): ClusterNode[] {
    return this.nodes.filter(({ services }) => services.split(",").includes(service));
  }

  /** Waits until each gateway says that it can serve. */
  async ready(): Promise<void> {
    for (const { url } of this.gateways) {
      for (;;) {
        const response = await fetch(`${url}/readyz`).catch(() => undefined);
        if (response?.ok) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}

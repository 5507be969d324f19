import Type from "typebox";
import Value from "typebox/value";
import { freePort, type Launched, launch, natsServer, newFolder, start } from "./process.ts";
import { asked, commitsAt, npmStart, settings, type Wirehouse } from "./servers.ts";

/** A Wirehouse of processes, with a NATS server that can be restarted. */
export type Apart = Wirehouse & {
  readonly nats: {
    restart(): Promise<void>;
    /** Subscriptions of all its clients. */
    subscriptions(): Promise<number>;
  };
  /** Seconds of CPU of each process so far, by its name. */
  cpu(): Record<string, number>;
  /** Calls of an action of persistence so far, where it is metered. */
  calls(action: string): Promise<number>;
};

type Options = {
  /** Persistence with its metrics, which count commits and calls. */
  metered?: boolean;
  /** The URL of a database server; without it SQLite. */
  database?: string;
  /** Nodes that run persistence: several on a database server alone. */
  persistence?: number;
};

/** Each service in a process of its own, on a NATS server of their own. */
export async function apart(name: string, options: Options = {}): Promise<Apart> {
  const { metered = false, database, persistence = 1 } = options;
  const folder = newFolder();
  const [natsPort, monitor, port] = [await freePort(), await freePort(), await freePort()];
  const metrics: number[] = [];
  for (let node = 0; node < persistence; node++) metrics.push(await freePort());
  const startNats = () =>
    launch(`exec ${natsServer} -a 127.0.0.1 -p ${natsPort} -m ${monitor} > ${folder.path}/nats.log 2>&1`);
  const environment = {
    ...settings(folder.path),
    NATS_URL: `nats://127.0.0.1:${natsPort}`,
    ...(database !== undefined && { DATABASE_URL: database }),
  };
  const node = (services: string, more: Record<string, string> = {}) =>
    launch(npmStart, { ...environment, SERVICES: services, ...more });
  let nats = startNats();
  const stores = metrics.map((at, index) => {
    const started = node("persistence,directory", metered ? { METRICS_PORT: String(at) } : {});
    return [index === 0 ? "persistence" : `persistence ${index + 1}`, started] as const;
  });
  const behind: Record<string, Launched> = {
    router: node("router"),
    presence: node("presence"),
    ...Object.fromEntries(stores),
  };
  const gateway = await start(npmStart, port, { ...environment, SERVICES: "gateway", PORT: String(port) });
  const all = () => Object.entries({ nats, ...behind, gateway });
  return {
    ...asked(name, gateway.origin),
    async commits() {
      if (!metered) return undefined;
      const counted = (await Promise.all(metrics.map(commitsAt))).filter((one) => one !== undefined);
      const all = (of: "commits" | "rows" | "seconds") => sum(counted.map((one) => one[of] ?? 0));
      return { commits: all("commits"), rows: all("rows"), seconds: all("seconds") };
    },
    cpu: () => Object.fromEntries(all().map(([of, process]) => [of, process.usage().cpu])),
    usage: () => {
      const each = all().map(([, process]) => process.usage());
      return { cpu: sum(each.map(({ cpu }) => cpu)), rss: sum(each.map(({ rss }) => rss)) };
    },
    async calls(action) {
      const texts = metrics.map(async (at) => (await fetch(`http://127.0.0.1:${at}/metrics`)).text());
      const counts = (await Promise.all(texts))
        .join("\n")
        .matchAll(/^wirehouse_action_seconds_count\{([^}]*)\} (\S+)/gm);
      return sum([...counts].map(([, labels = "", count]) => (labels.includes(`"${action}"`) ? Number(count) : 0)));
    },
    nats: {
      async restart() {
        await nats.kill();
        nats = startNats();
      },
      async subscriptions() {
        const answer = await fetch(`http://127.0.0.1:${monitor}/subsz`).catch(() => undefined);
        return answer ? Value.Parse(Subscriptions, await answer.json()).num_subscriptions : 0;
      },
    },
    async stop() {
      await gateway.stop();
      for (const process of [...Object.values(behind), nats]) await process.stop();
      folder.remove();
    },
  };
}

const Subscriptions = Type.Object({ num_subscriptions: Type.Number() });

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

import Type from "typebox";
import Value from "typebox/value";
import { freePort, type Launched, launch, natsServer, newFolder, start } from "./process.ts";
import { asked, npmStart, settings, type Wirehouse } from "./servers.ts";

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

/** Each service in a process of its own, on a NATS server of their own. */
export async function apart(name: string, metered = false): Promise<Apart> {
  const folder = newFolder();
  const [natsPort, monitor, metrics, port] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const startNats = () =>
    launch(`exec ${natsServer} -a 127.0.0.1 -p ${natsPort} -m ${monitor} > ${folder.path}/nats.log 2>&1`);
  const environment = { ...settings(folder.path), NATS_URL: `nats://127.0.0.1:${natsPort}` };
  const node = (services: string, more: Record<string, string> = {}) =>
    launch(npmStart, { ...environment, SERVICES: services, ...more });
  let nats = startNats();
  const behind: Record<string, Launched> = {
    persistence: node("persistence,directory", metered ? { METRICS_PORT: String(metrics) } : {}),
    router: node("router"),
    presence: node("presence"),
  };
  const gateway = await start(npmStart, port, { ...environment, SERVICES: "gateway", PORT: String(port) });
  const all = () => Object.entries({ nats, ...behind, gateway });
  return {
    ...asked(name, gateway.origin),
    commits: async () => undefined,
    cpu: () => Object.fromEntries(all().map(([of, process]) => [of, process.usage().cpu])),
    usage: () => {
      const each = all().map(([, process]) => process.usage());
      return { cpu: sum(each.map(({ cpu }) => cpu)), rss: sum(each.map(({ rss }) => rss)) };
    },
    async calls(action) {
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      const counts = text.matchAll(/^wirehouse_action_seconds_count\{([^}]*)\} (\S+)/gm);
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
      for (const process of [behind.router, behind.presence, behind.persistence, nats]) await process?.stop();
      folder.remove();
    },
  };
}

const Subscriptions = Type.Object({ num_subscriptions: Type.Number() });

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

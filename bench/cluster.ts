import { measure, type Pace, type Result } from "./measure.ts";
import { freePort, type Launched, launch, newFolder, start } from "./process.ts";
import { asked, npmStart, settings, type Target, type Wirehouse, wirehouse } from "./servers.ts";
import { casesOf, header, ratio, row } from "./wire.ts";
import type { Workload } from "./workloads.ts";

/** A Wirehouse of processes, with a NATS server that can be restarted. */
export type Apart = Wirehouse & {
  readonly nats: { restart(): Promise<void> };
  /** Seconds of CPU of each process so far, by its name. */
  cpu(): Record<string, number>;
};

/** Each service in a process of its own, on a NATS server of their own. */
export async function apart(name: string): Promise<Apart> {
  const folder = newFolder();
  const [natsPort, port] = [String(await freePort()), await freePort()];
  const startNats = () =>
    launch(`exec \${NATS_SERVER_BIN:-nats-server} -a 127.0.0.1 -p ${natsPort} > ${folder.path}/nats.log`);
  const environment = { ...settings(folder.path), NATS_URL: `nats://127.0.0.1:${natsPort}` };
  const node = (services: string) => launch(npmStart, { ...environment, SERVICES: services });
  let nats = startNats();
  const behind: Record<string, Launched> = {
    persistence: node("persistence,directory"),
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
    nats: {
      async restart() {
        await nats.kill();
        nats = startNats();
      },
    },
    async stop() {
      await gateway.stop();
      for (const process of [behind.router, behind.presence, behind.persistence, nats]) await process?.stop();
      folder.remove();
    },
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** A workload on processes that speak over NATS, beside the same in one. */
export async function cluster(workload: Workload, pace: Pace): Promise<void> {
  const several = await apart("cluster");
  const targets: Target[] = [several, await wirehouse("one process")];
  try {
    header();
    const rooms = new Map<Target, Awaited<ReturnType<Target["rooms"]>>>();
    for (const target of targets) rooms.set(target, await target.rooms(workload));
    for (const one of casesOf(workload)) {
      const results = new Map<Target, Result[]>(targets.map((target) => [target, []]));
      const before = several.cpu();
      for (let turn = 0; turn < pace.turns; turn++)
        for (const target of targets)
          results.get(target)?.push(await measure(target, { ...one, rooms: rooms.get(target) ?? [] }, pace));
      const after = several.cpu();
      for (const target of targets) row(`${one.title}  ${target.name}`, results.get(target) ?? []);
      if (one.rate === undefined) ratio(one.title, ...targets.map((target) => results.get(target) ?? []));
      const shares = Object.keys(after).map((of) => `${of} ${((after[of] ?? 0) - (before[of] ?? 0)).toFixed(1)}`);
      console.log(`${one.title}  seconds of CPU: ${shares.join(", ")}`);
    }
  } finally {
    for (const target of targets) await target.stop();
  }
}

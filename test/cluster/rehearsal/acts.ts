import { chosen, type Random } from "../../support/random.ts";
import type { Host, Kind, Stage } from "./stage.ts";

/** Something that happens. @returns what puts it right again, where the rest is to recover before that */
export type Act = {
  name: string;
  /** Nothing may fail in what is planned. */
  planned: boolean;
  run(stage: Stage, random: Random): Promise<(() => Promise<void>) | undefined>;
};

const hosts: readonly Host[] = [1, 2, 3];

/** To so many processes of a kind: new ones on hosts in turn, the oldest go first. */
const scale = (kind: Kind, to: number): Act => ({
  name: `scale ${kind}s to ${to}`,
  planned: true,
  async run(stage) {
    while (stage.of(kind).length < to) await stage.add(kind, hosts[stage.of(kind).length % hosts.length] ?? 1);
    for (const { piece } of stage.of(kind).slice(0, stage.of(kind).length - to)) await piece.stop();
    return undefined;
  },
});

/** As a Deployment rolls: a new one is ready before an old one goes. Gateways stay at their address, as behind a Service. */
const roll = (kind: Kind): Act => ({
  name: `roll ${kind}`,
  planned: true,
  async run(stage) {
    for (const { piece } of stage.of(kind)) {
      if (kind !== "gateway") await stage.add(kind, piece.host);
      await piece.stop();
      if (kind === "gateway") await piece.start();
    }
    return undefined;
  },
});

const loseNats: Act = {
  name: "lose a NATS server",
  planned: false,
  async run({ nats }, random) {
    const lost = chosen(random, nats);
    await lost.kill();
    return () => lost.start();
  },
};

const loseHost: Act = {
  name: "lose a host",
  planned: false,
  async run({ nodes, nats }, random) {
    const host = chosen(random, [1, 2] satisfies Host[]);
    const lost = [...nodes.map(({ piece }) => piece), ...nats].filter((piece) => piece.host === host && piece.isUp);
    await Promise.all(lost.map((piece) => piece.kill()));
    return async () => {
      await Promise.all(lost.map((piece) => piece.start()));
    };
  },
};

export const acts: readonly Act[] = [
  scale("router", 5),
  scale("router", 2),
  ...(["router", "persistence", "presence", "search", "gateway"] satisfies Kind[]).map(roll),
  loseNats,
  loseHost,
];

import { setTimeout as pause } from "node:timers/promises";
import { chosen, type Random } from "../../support/random.ts";
import type { Host, Network } from "./hosts.ts";
import type { Kind, Stage } from "./stage.ts";

/** Something that happens. @returns what puts it right again, where the rest is to recover before that */
export type Act = {
  name: string;
  /** Nothing may fail in what is planned. */
  planned: boolean;
  run(stage: Stage, random: Random): Promise<(() => Promise<void>) | undefined>;
};

/** Milliseconds that a cut goes on after the rest has recovered: enough for connections to be given up on either side. */
const LONGEST = 15_000;

/** To so many processes of a kind: a new one where there are fewest, the oldest go first. */
const scale = (kind: Kind, to: number): Act => ({
  name: `scale ${kind}s to ${to}`,
  planned: true,
  async run(stage) {
    const count = (host: Host) => stage.of(kind).filter(({ piece }) => piece.host === host).length;
    const emptiest = () => stage.hosts.reduce((least, host) => (count(host) < count(least) ? host : least));
    while (stage.of(kind).length < to) await stage.add(kind, emptiest());
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

/** Its link is gone before its processes are: nobody hears of their end, and what others have sent them stays unanswered. */
const loseHost: Act = {
  name: "lose a host",
  planned: false,
  async run(stage, random) {
    const host = withGateway(stage, random);
    const lost = stage.on(host);
    host.link?.cut();
    await Promise.all(lost.map((piece) => piece.kill()));
    return async () => {
      host.link?.restore();
      await Promise.all(lost.map((piece) => piece.start()));
    };
  },
};

/** Its processes live on, and reach each other and nobody else. */
const cutOff: Act = {
  name: "cut a host off",
  planned: false,
  async run(stage, random) {
    const { link } = withGateway(stage, random);
    link?.cut();
    return async () => {
      await pause(random() * LONGEST);
      link?.restore();
    };
  },
};

const withGateway = (stage: Stage, random: Random): Host =>
  chosen(
    random,
    stage.of("gateway").map(({ piece }) => piece.host),
  );

/** What can be played there. */
export const actsOn = ({ hosts }: Network): Act[] => [
  scale("router", 5),
  scale("router", 2),
  ...(["router", "persistence", "presence", "search", "gateway"] satisfies Kind[]).map(roll),
  loseNats,
  loseHost,
  ...(hosts.every(({ link }) => link) ? [cutOff] : []),
];

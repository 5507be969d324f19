import { setTimeout as pause } from "node:timers/promises";
import { Client } from "../../support/client.ts";
import { ADMINISTRATOR, Cluster, type Layout } from "../../support/cluster.ts";
import { chosen, type Random, seeded } from "../../support/random.ts";
import { until } from "../../support/until.ts";
import { violations } from "./checker.ts";
import type { Fault } from "./faults.ts";
import type { History, Send } from "./history.ts";
import { Participant } from "./participant.ts";

export type Plan = {
  layout: Layout;
  seed: number;
  /** The next fault, after so many; none ends it. */
  next(inflicted: number, random: Random): Fault | undefined;
  people: number;
  rooms: number;
  /** Milliseconds between two sends of a person. */
  pace: number;
  tell(line: string): void;
  /** Called when all is over and everything still runs. */
  ended?(): Promise<void>;
};

/** What happened: faults with milliseconds to recovery, sends by outcome, and what was found against the guarantees. */
export type Report = {
  faults: { what: string; recovery: number }[];
  sends: { acknowledged: number; refused: number };
  violations: string[];
};

/** Milliseconds for a cluster to be whole again. */
const PATIENCE = 60_000;
/** Milliseconds after which another is asked to try. */
const IMPATIENCE = 500;
/** Milliseconds that a fault lasts, at least and at most. */
const LASTS = [300, 4_000] as const;

/** Runs a cluster under load and inflicts faults on it, one after the other; checks what was seen and stored in the end. */
export function chaos(plan: Plan): Promise<Report> {
  return Cluster.with(plan.layout, async (cluster) => {
    const random = seeded(plan.seed);
    const { people, rooms } = await population(cluster, plan);
    const history: History = { sends: [], views: [], surprises: [], ends: [] };
    const gateways = cluster.gateways.map(({ url }) => url);
    const participants = people.map(
      ({ id, token }) => new Participant({ principalId: id, token, rooms, gateways, history }),
    );
    const load = loading(participants, rooms, plan.pace, random);
    const faults = await inflictAll(cluster, plan, random, () => accepted(participants, rooms));
    load.stop();
    await until(() => participants.every(({ unanswered }) => unanswered === 0), "all sends to be answered", PATIENCE);
    const stored = await storedIn(people[0], rooms);
    for (const [room, log] of stored.logs)
      await until(
        () => participants.every((one) => one.shown(room) >= log.length),
        "streams to catch up",
        PATIENCE,
      ).catch((error: Error) => plan.tell(error.message));
    for (const participant of participants) participant.close();
    await plan.ended?.();
    const refused = history.sends.filter(({ outcome }) => outcome && "refused" in outcome).length;
    return {
      faults,
      sends: { acknowledged: history.sends.length - refused, refused },
      violations: violations(history, stored),
    };
  });
}

type Person = Client & { id: string; handle: string };

async function population(cluster: Cluster, plan: Plan): Promise<{ people: Person[]; rooms: string[] }> {
  const [gateway] = cluster.gateways;
  if (!gateway) throw new Error("a cluster without a gateway");
  const admin = new Client(gateway.url, ADMINISTRATOR);
  const people: Person[] = [];
  for (let i = 0; i < plan.people; i++) people.push(await admin.person(`person-${i}`));
  const [owner, ...others] = people;
  const rooms: string[] = [];
  for (let i = 0; i < plan.rooms; i++) rooms.push((await owner?.room(...others.map(({ handle }) => handle))) ?? "");
  return { people, rooms };
}

function loading(participants: Participant[], rooms: string[], pace: number, random: Random): { stop(): void } {
  const timers = participants.map((participant) =>
    setInterval(() => {
      // Whoever gets no answers doesn't go on talking for ever.
      if (participant.unanswered < 200) participant.send(chosen(random, rooms));
    }, pace),
  );
  return { stop: () => timers.forEach(clearInterval) };
}

async function inflictAll(
  cluster: Cluster,
  { next, tell }: Plan,
  random: Random,
  recovered: () => Promise<void>,
): Promise<Report["faults"]> {
  const done: Report["faults"] = [];
  for (let fault = next(0, random); fault; fault = next(done.length, random)) {
    const lasts = LASTS[0] + random() * (LASTS[1] - LASTS[0]);
    const { what, spared, mend } = await fault.inflict(cluster, random);
    tell(`${done.length + 1}. ${what}`);
    let since = Date.now();
    let recovery = 0;
    const recover = () => recovered().then(() => (recovery = Date.now() - since));
    await Promise.all([pause(lasts), spared ? recover() : undefined]);
    if (!spared) since = Date.now();
    await mend();
    if (!spared) await recover();
    done.push({ what, recovery });
    tell(`   recovered in ${recovery} ms`);
    await cluster.ready();
  }
  return done;
}

/** Waits until each room has taken something that was sent from now on. */
export async function accepted(participants: Participant[], rooms: string[]): Promise<void> {
  const left = new Set(rooms);
  const tries: { room: string; send: Send; at: number }[] = [];
  const isAccepted = ({ outcome }: Send) => outcome !== undefined && "acknowledged" in outcome;
  await until(
    () => {
      for (const { room, send } of tries) if (isAccepted(send)) left.delete(room);
      for (const room of left) {
        const last = tries.findLast((one) => one.room === room);
        // One after the other: some may be at a gateway that is cut off, and send on for long.
        const participant = participants[tries.length % participants.length];
        if (participant && (!last || last.send.outcome || Date.now() - last.at > IMPATIENCE))
          tries.push({ room, send: participant.send(room), at: Date.now() });
      }
      return left.size === 0;
    },
    "each room to take a message",
    PATIENCE,
  );
}

async function storedIn(reader: Person | undefined, rooms: string[]) {
  const logs = new Map<string, Awaited<ReturnType<Client["log"]>>>();
  const broken: string[] = [];
  for (const room of rooms) {
    logs.set(room, (await reader?.log(room)) ?? []);
    if (!(await reader?.verified(room))) broken.push(room);
  }
  return { logs, broken };
}

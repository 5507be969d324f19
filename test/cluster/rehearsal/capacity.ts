import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client } from "../../support/client.ts";
import type { History } from "../chaos/history.ts";
import { Participant } from "../chaos/participant.ts";
import { loopback } from "./hosts.ts";
import { raise, Stage } from "./stage.ts";

/**
 * `npm run capacity`: what a message costs each service, in CPU time, on the shape of production: rooms of ten who listen
 * and write by the client library. CPU time is the same however busy the machine is; how many messages a second it makes
 * of them is not measured here.
 */

const MEMBERS = 10;
const { values } = parseArgs({
  options: {
    rooms: { type: "string", default: "10" },
    pace: { type: "string", default: "250" },
    seconds: { type: "string", default: "20" },
  },
});

type Figures = { cpu: number; rss: number; messages: number; delivered: number };

/** The sum of a metric's series. */
const sumOf = (text: string, name: string): number =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

async function figures({ nodes }: Stage): Promise<Map<string, Figures>> {
  const kinds = new Map<string, Figures>();
  for (const { kind, metrics } of nodes) {
    const text = await (await fetch(metrics)).text();
    const so = kinds.get(kind) ?? { cpu: 0, rss: 0, messages: 0, delivered: 0 };
    kinds.set(kind, {
      cpu: so.cpu + sumOf(text, "process_cpu_seconds_total"),
      rss: Math.max(so.rss, sumOf(text, "process_resident_memory_bytes")),
      messages: so.messages + sumOf(text, "wirehouse_entries_announced_total"),
      delivered: so.delivered + sumOf(text, "wirehouse_entries_delivered_total"),
    });
  }
  return kinds;
}

const token = randomUUID() + randomUUID();
await Stage.with(loopback(), token, async (stage) => {
  await raise(stage);
  const admin = new Client(stage.gateways[0] ?? "", token);
  const history: History = { sends: [], views: [], surprises: [], ends: [] };
  const everybody: Participant[] = [];
  const rooms: { room: string; members: Participant[] }[] = [];
  for (let index = 0; index < Number(values.rooms); index++) {
    const people = [];
    for (let member = 0; member < MEMBERS; member++) people.push(await admin.person(`p${index}-${member}`));
    const [owner, ...others] = people;
    const room = (await owner?.room(...others.map(({ handle }) => handle))) ?? "";
    const members = people.map(
      ({ id, token }) => new Participant({ principalId: id, token, rooms: [room], gateways: stage.gateways, history }),
    );
    everybody.push(...members);
    rooms.push({ room, members });
  }
  const timers = rooms.flatMap(({ room, members }) =>
    members.map((member) => setInterval(() => member.unanswered < 20 && member.send(room), Number(values.pace))),
  );
  await pause(3_000);
  const before = await figures(stage);
  await pause(Number(values.seconds) * 1_000);
  const after = await figures(stage);
  timers.forEach(clearInterval);
  for (const member of everybody) member.close();

  const grown = (of: keyof Figures) =>
    [...after].reduce((sum, [kind, figures]) => sum + figures[of] - (before.get(kind)?.[of] ?? 0), 0);
  const messages = grown("messages");
  console.log(
    `${messages} messages in ${values.seconds} s, each delivered to ${(grown("delivered") / messages).toFixed(1)} streams`,
  );
  console.table(
    [...after].map(([kind, { cpu, rss }]) => ({
      service: kind,
      "CPU ms a message": (((cpu - (before.get(kind)?.cpu ?? 0)) / messages) * 1000).toFixed(3),
      "RSS MiB, the largest": (rss / 2 ** 20).toFixed(0),
    })),
  );
});
process.exit(0);

import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import { Client } from "../../support/client.ts";
import { chosen, type Random, seeded } from "../../support/random.ts";
import { until } from "../../support/until.ts";
import { accepted } from "../chaos/chaos.ts";
import { violations } from "../chaos/checker.ts";
import type { History } from "../chaos/history.ts";
import { Participant } from "../chaos/participant.ts";
import { Traffic } from "../traffic.ts";
import { acts } from "./acts.ts";
import { raise, Stage } from "./stage.ts";

export type Options = {
  seed: number;
  people: number;
  rooms: number;
  /** Milliseconds between two sends of a person. */
  pace: number;
  /** Milliseconds of load before, between and after what happens. */
  calm: number;
  tell(line: string): void;
};

/** What an act cost: sends by the library that were refused, REST requests that failed, milliseconds to recovery. */
export type Row = {
  act: string;
  planned: boolean;
  seconds: number;
  sends: number;
  requests: number;
  failed: number;
  recovery: number;
};
export type Outcome = { rows: Row[]; failures: string[]; entries: number; violations: string[] };

/** Milliseconds for all to be answered, and shown. */
const PATIENCE = 60_000;

/** Plays through what befalls production, planned and not, under load; checks in the end what was stored and shown. */
export function rehearse(options: Options): Promise<Outcome> {
  const token = randomUUID() + randomUUID();
  return Stage.with(token, async (stage) => {
    await raise(stage);
    options.tell(`up: ${stage.nodes.map(({ piece }) => piece.name).join(", ")}, three NATS servers, PostgreSQL`);
    const random = seeded(options.seed);
    const { people, rooms } = await population(new Client(stage.gateways[0] ?? "", token), options);
    const history: History = { sends: [], views: [], surprises: [], ends: [] };
    const gateways = stage.gateways;
    const participants = people.map(
      ({ id, token }) => new Participant({ principalId: id, token, rooms, gateways, history }),
    );
    const sending = participants.map((one) =>
      setInterval(() => one.unanswered < 200 && one.send(chosen(random, rooms)), options.pace),
    );
    const traffic = new Traffic(gateways.map((url, index) => ({ name: `gateway ${index + 1}`, url })));
    const asking = asked(traffic, people, rooms, random);
    const rows = await play(stage, options, random, {
      history,
      traffic,
      recovered: () => accepted(participants, rooms),
    });
    sending.forEach(clearInterval);
    traffic.stop();
    await Promise.all(asking);
    await until(() => participants.every(({ unanswered }) => unanswered === 0), "all sends to be answered", PATIENCE);

    const [reader] = people;
    const logs = new Map<string, Awaited<ReturnType<Client["log"]>>>();
    const broken: string[] = [];
    for (const room of rooms) {
      const log = (await reader?.log(room)) ?? [];
      logs.set(room, log);
      if (!(await reader?.verified(room))) broken.push(room);
      await until(() => participants.every((one) => one.shown(room) >= log.length), "all to be shown all", PATIENCE);
    }
    for (const participant of participants) participant.close();
    const entries = [...logs.values()].reduce((sum, log) => sum + log.length, 0);
    return { rows, failures: traffic.failures, entries, violations: violations(history, { logs, broken }) };
  });
}

type Person = Client & { id: string; handle: string };

async function population(admin: Client, { people: count, rooms: number }: Options) {
  const people: Person[] = [];
  for (let i = 0; i < count; i++) people.push(await admin.person(`person-${i}`));
  const [owner, ...others] = people;
  const rooms: string[] = [];
  for (let i = 0; i < number; i++) rooms.push((await owner?.room(...others.map(({ handle }) => handle))) ?? "");
  return { people, rooms };
}

/** Requests over REST, at gateways that are ready. */
function asked(traffic: Traffic, people: Person[], rooms: string[], random: Random): Promise<void>[] {
  const [person] = people;
  if (!person) throw new Error("nobody to ask");
  return [
    traffic.run("send", person.token, (client, serial) => client.send(chosen(random, rooms), "text", `rest-${serial}`)),
    traffic.run("list", person.token, (client) => client.ask(Type.Unknown(), "GET", "/conversations")),
    traffic.run("read", person.token, (client) =>
      client.ask(Type.Unknown(), "GET", `/conversations/${chosen(random, rooms)}/messages`),
    ),
  ];
}

type Measured = { history: History; traffic: Traffic; recovered(): Promise<void> };

async function play(stage: Stage, { calm, tell }: Options, random: Random, measured: Measured): Promise<Row[]> {
  const { history, traffic, recovered } = measured;
  const rows: Row[] = [];
  await recovered();
  for (const { name, planned, run } of acts) {
    await pause(calm);
    const [sends, answered, failures, began] = [
      history.sends.length,
      traffic.answered,
      traffic.failures.length,
      Date.now(),
    ];
    const mend = await run(stage, random);
    const struck = Date.now();
    await recovered();
    const recovery = planned ? 0 : Date.now() - struck;
    await mend?.();
    await recovered();
    await until(() => history.sends.slice(sends).every(({ outcome }) => outcome), "answers", PATIENCE).catch(() => {});
    const made = history.sends.slice(sends);
    const refused = made.filter(({ outcome }) => !outcome || "refused" in outcome).length;
    const requests = traffic.answered - answered;
    const failed = refused + traffic.failures.length - failures;
    rows.push({
      act: name,
      planned,
      seconds: (Date.now() - began) / 1000,
      sends: made.length,
      requests,
      failed,
      recovery,
    });
    tell(`${name}: ${failed} failed${planned ? "" : `, recovered in ${recovery} ms`}`);
  }
  return rows;
}

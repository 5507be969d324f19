import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import Type from "typebox";
import { Client } from "../../support/client.ts";
import { chosen, type Random, seeded } from "../../support/random.ts";
import { until } from "../../support/until.ts";
import { accepted } from "../chaos/chaos.ts";
import { violations } from "../chaos/checker.ts";
import type { History, Send } from "../chaos/history.ts";
import { Participant } from "../chaos/participant.ts";
import { Traffic } from "../traffic.ts";
import { actsOn } from "./acts.ts";
import type { Network } from "./hosts.ts";
import { raise, Stage } from "./stage.ts";

export type Options = {
  network: Network;
  seed: number;
  people: number;
  rooms: number;
  /** Milliseconds between two sends of a person. */
  pace: number;
  /** Milliseconds of load before, between and after what happens. */
  calm: number;
  /** A folder that keeps what each process writes. */
  logs: string | undefined;
  tell(line: string): void;
};

/** What an act cost: sends by the library that were refused and REST requests that failed, milliseconds to recovery. */
export type Row = {
  act: string;
  planned: boolean;
  seconds: number;
  sends: number;
  requests: number;
  failures: string[];
  recovery: number;
};
export type Outcome = { rows: Row[]; entries: number; violations: string[] };

/** Milliseconds for all to be answered, and shown. */
const PATIENCE = 60_000;
/** Milliseconds between two reads of one who asks over REST. */
const THINKING = 20;

/** Plays through what befalls production, planned and not, under load; checks in the end what was stored and shown. */
export function rehearse(options: Options): Promise<Outcome> {
  const token = randomUUID() + randomUUID();
  const played = async (stage: Stage): Promise<Outcome> => {
    await raise(stage);
    options.tell(`up: ${stage.nodes.map(({ piece }) => piece.name).join(", ")}, three NATS servers, PostgreSQL`);
    // Apart from what happens, which is to be the same again.
    const random = seeded(options.seed + 1);
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
    const rows = await play(stage, options, seeded(options.seed), {
      history,
      traffic,
      recovered: () => accepted(participants, rooms),
    });
    sending.forEach(clearInterval);
    traffic.stop();
    await Promise.all(asking);
    // Where it never comes about the checker says what is missing.
    const waited = (condition: () => boolean, what: string) =>
      until(condition, what, PATIENCE).catch((error: Error) => options.tell(error.message));
    await waited(() => participants.every(({ unanswered }) => unanswered === 0), "all sends to be answered");

    const [reader] = people;
    const logs = new Map<string, Awaited<ReturnType<Client["log"]>>>();
    const broken: string[] = [];
    for (const room of rooms) {
      // What was cut off comes back bit by bit.
      const log = (await until(() => reader?.log(room).catch(() => undefined), "the log to be read", PATIENCE)) ?? [];
      logs.set(room, log);
      if (!(await reader?.verified(room))) broken.push(room);
      await waited(() => participants.every((one) => one.shown(room) >= log.length), `all of ${room} to be shown`);
    }
    for (const participant of participants) participant.close();
    const entries = [...logs.values()].reduce((sum, log) => sum + log.length, 0);
    return { rows, entries, violations: violations(history, { logs, broken }) };
  };
  return Stage.with(options.network, token, played, options.logs);
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
  const reading = (kind: string, path: () => string) =>
    traffic.run(kind, person.token, async (client) => {
      await pause(THINKING);
      await client.ask(Type.Unknown(), "GET", path());
    });
  return [
    traffic.run("send", person.token, (client, serial) => client.send(chosen(random, rooms), "rest", `rest-${serial}`)),
    reading("list", () => "/conversations"),
    reading("read", () => `/conversations/${chosen(random, rooms)}/messages`),
    reading("find", () => "/search?q=rest&sort=newest&limit=1"),
    reading("see", () => `/presence?principals=@${person.handle}`),
  ];
}

type Measured = { history: History; traffic: Traffic; recovered(): Promise<void> };

async function play(
  stage: Stage,
  { network, calm, tell }: Options,
  random: Random,
  measured: Measured,
): Promise<Row[]> {
  const { history, traffic, recovered } = measured;
  const rows: Row[] = [];
  await recovered();
  for (const { name, planned, run } of actsOn(network)) {
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
    const made = history.sends.slice(sends);
    const requests = traffic.answered - answered;
    await until(() => made.every(({ outcome }) => outcome), "answers", PATIENCE).catch(() => {});
    await traffic.settled();
    const failed = [...made.flatMap(failureOf), ...traffic.failures.slice(failures)];
    rows.push({
      act: name,
      planned,
      seconds: (Date.now() - began) / 1000,
      sends: made.length,
      requests,
      failures: failed,
      recovery,
    });
    tell(`${name}: ${failed.length} failed${planned ? "" : `, recovered in ${recovery} ms`}`);
  }
  return rows;
}

/** Of a send by the library. */
function failureOf({ outcome }: Send): string[] {
  if (!outcome) return ["a stream's send: no answer"];
  return "refused" in outcome ? [`a stream's send: ${outcome.refused}`] : [];
}

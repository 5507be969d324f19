import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Type from "typebox";
import { type Apart, apart } from "./apart.ts";
import { line } from "./table.ts";

/** Sessions, each of a principal of its own, and conversations: two for each session, of two members each. */
type Size = { sessions: number };

/** Milliseconds after the restart in which CPU and calls are counted: a hastened round of audits, and some. */
const COUNTED = 15_000;
const AT_ONCE = 32;

/** Does something for each number below `count`, some at once. */
async function forEach(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What a gateway full of sessions does to the rest when NATS is restarted under it. */
export async function resubscribe({ sessions }: Size): Promise<void> {
  const cluster = await apart("cluster", { metered: true });
  try {
    const people = await populated(cluster, sessions);
    const client = spawn(process.execPath, [join(import.meta.dirname, "listeners.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
    client.stdin.write(`${JSON.stringify({ url: cluster.url, tokens: people.map(({ token }) => token) })}\n`);
    await lines.next();
    const [quiet, restarted] = [await counted(cluster), await counted(cluster, () => cluster.nats.restart())];
    client.kill();
    line("", ["CPU s before", "CPU s after"]);
    for (const of of Object.keys(restarted.cpu))
      line(of, [(quiet.cpu[of] ?? 0).toFixed(1), (restarted.cpu[of] ?? 0).toFixed(1)]);
    line("calls of persistence.headsOf", [String(quiet.calls), String(restarted.calls)]);
    console.log(`${sessions} sessions, ${sessions * 2} conversations, ${restarted.subscriptions} subscriptions`);
    console.log(
      `all subscriptions back after ${restarted.back} ms, the first message taken after ${restarted.taken} ms`,
    );
  } finally {
    await cluster.stop();
  }
}

async function populated(cluster: Apart, sessions: number): Promise<{ handle: string; token: string }[]> {
  const people: { handle: string; token: string }[] = [];
  while (people.length < sessions) people.push(...(await cluster.people(Math.min(AT_ONCE, sessions - people.length))));
  await forEach(sessions * 2, async (index) => {
    const owner = people[index % sessions];
    const other = people[(index + 1 + Math.floor(index / sessions)) % sessions];
    const room = { kind: "room", members: [`@${other?.handle}`] };
    await cluster.ask(Type.Object({}), "POST", "/conversations", owner?.token ?? "", room);
  });
  return people;
}

/** What happens in some seconds, after something was done. */
async function counted(cluster: Apart, act?: () => Promise<void>) {
  const before = { cpu: cluster.cpu(), calls: await cluster.calls("persistence.headsOf") };
  const subscriptions = await cluster.nats.subscriptions();
  const began = performance.now();
  await act?.();
  const [back, taken] = await Promise.all([
    elapsed(began, async () => (await cluster.nats.subscriptions()) >= subscriptions),
    elapsed(began, () => isTaken(cluster)),
  ]);
  await new Promise((again) => setTimeout(again, Math.max(0, began + COUNTED - performance.now())));
  const after = { cpu: cluster.cpu(), calls: await cluster.calls("persistence.headsOf") };
  const cpu = Object.fromEntries(
    Object.entries(after.cpu).map(([of, seconds]) => [
      of,
      // A new server counts from zero.
      seconds - (act && of === "nats" ? 0 : (before.cpu[of] ?? 0)),
    ]),
  );
  return { cpu, calls: after.calls - before.calls, subscriptions, back, taken };
}

/** Milliseconds until something is so. */
async function elapsed(began: number, isSo: () => Promise<boolean>): Promise<number> {
  while (!(await isSo())) await new Promise((again) => setTimeout(again, 20));
  return Math.round(performance.now() - began);
}

const isTaken = (cluster: Apart): Promise<boolean> =>
  cluster.send("@admin", "is anybody there").then(
    () => true,
    () => false,
  );

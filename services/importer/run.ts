import type { ServiceBroker } from "moleculer";
import type { ImportSummary } from "../../contract/actions.ts";
import { call } from "../../mixins/call.ts";
import { atOnce } from "./at-once.ts";
import { ensurePrincipals } from "./principals.ts";
import { Replay, type Write } from "./replay.ts";
import { type Archive, openArchive } from "./slack/archive.ts";
import { ChannelImport, type Principals } from "./slack/channel.ts";
import type { Plan, PlannedChannel } from "./slack/plan.ts";
import { planOf } from "./slack/planning.ts";
import { Tally } from "./tally.ts";
import { type Verifiable, verifyAll } from "./verify.ts";

/** How far an import is. */
export type Progress = { phase: "reading channels" | "writing records" | "verifying"; done: number; of: number };

export type Run = {
  broker: ServiceBroker;
  /** An administrator's id: the directory creates people for administrators only. */
  administratorId: string;
  progress(progress: Progress): void;
  stop: AbortSignal;
};

/** Channels written at the same time: enough that their turns share commits. */
const WIDTH = 4;
/** The administrator that every Wirehouse begins with. */
const FIRST_ADMINISTRATOR = "admin";

/**
 * Imports an archive: reads it whole, one day at a time, so that nothing is written of one that is malformed; plans;
 * makes its people principals; replays each channel through its conversation's actor; verifies.
 * @throws a refusal in one sentence; what is stored by then stays, and another run goes on from there
 */
export async function importArchive(path: string, run: Run): Promise<ImportSummary> {
  const archive = await openArchive(path);
  try {
    const of = archive.channels.length;
    const read = (done: number) => run.progress({ phase: "reading channels", done, of });
    const plan = await planOf(archive, read, run.stop);
    const tally = new Tally();
    const principals = await principalsOf(plan, run, tally);
    await replayAll(archive, plan, principals, run, tally);
    run.progress({ phase: "verifying", done: 0, of: plan.channels.length });
    const conversations = plan.channels.map((channel) => verifiable(channel, principals));
    const verified = await verifyAll(conversations, run.broker, tally.notes, run.stop);
    return summary(archive, plan, tally, verified);
  } finally {
    await archive.close();
  }
}

async function principalsOf(plan: Plan, run: Run, { notes }: Tally): Promise<Principals> {
  const ids = await ensurePrincipals(plan.people.values(), run, notes);
  const standIn = await call(run.broker, "directory.get", { handle: FIRST_ADMINISTRATOR });
  return { ids, standInId: standIn.id };
}

async function replayAll(
  archive: Archive,
  { channels, names }: Plan,
  principals: Principals,
  { broker, progress, stop }: Run,
  tally: Tally,
): Promise<void> {
  const of = channels.reduce((records, { survey }) => records + survey.records, 0);
  const write: Write = async (params) => {
    const outcomes = await call(broker, "router.import", params);
    progress({ phase: "writing records", done: tally.records, of });
    return outcomes;
  };
  await atOnce(WIDTH, channels, (planned) =>
    new Replay(planned, write, tally, stop).run(
      new ChannelImport(planned, names, principals, tally.notes),
      archive.days(planned.channel),
    ),
  );
  for (const { channel, left, gone, outsiders, owner } of channels) {
    for (const _one of left) tally.notes.add("listed members had left by the records, and are not in");
    for (const _one of outsiders) tally.notes.add("who take part in what is private and are not listed are not let in");
    for (const _one of gone)
      tally.notes.add("who are no longer members, though no record tells of it, left at the end");
    if (channel.space === "public" && !owner)
      tally.notes.add("channels have @admin for an owner: their creator is not known, or not in them");
  }
}

/** Its owner first; then all who were ever in it. */
function verifiable(
  { channel, conversationId, label, owner, survey, firstMembers }: PlannedChannel,
  principals: Principals,
): Verifiable {
  const others = [...(owner ? [owner] : []), ...firstMembers, ...survey.presence.keys()];
  const ids = others.flatMap((slackId) => principals.ids.get(slackId) ?? []);
  const standIn = channel.space === "public" && !owner ? [principals.standInId] : [];
  return { conversationId, label, memberIds: [...new Set([...standIn, ...ids])] };
}

function summary(
  archive: Archive,
  { people, channels }: Plan,
  tally: Tally,
  verified: ImportSummary["verified"],
): ImportSummary {
  const applications = [...people.values()].filter(({ kind }) => kind === "application").length;
  const { records, imported, repeated, skipped, notes, failures } = tally;
  return {
    conversations: channels.length,
    people: people.size - applications,
    applications,
    records,
    imported,
    repeated,
    skipped: Object.fromEntries([...skipped].sort(([, a], [, b]) => b - a)),
    notes: [...archive.unread, ...notes.lines()],
    failures: failures.lines(),
    verified,
  };
}

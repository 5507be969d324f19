import type { Changed } from "./changes.ts";
import { type Author, meaning } from "./kinds.ts";
import { type SlackRecord, timeOf } from "./records.ts";

/** What must be known of a channel's records before the first of them is written. */
export type Survey = {
  records: number;
  /** Milliseconds since 1970 of the first record. */
  firstAt: number | undefined;
  /** Who occurs, by Slack id, in order: whether he was in it before his first record, and is after his last. */
  presence: Map<string, { before: boolean; after: boolean }>;
  /** Times of the messages that threads hang on. */
  roots: Set<string>;
  /** Which of Slack's two purposes its records set. */
  purposes: Set<"topic" | "purpose">;
  /** What it was called, in order: before its first change of name, and by each. */
  names: string[];
};

export const emptySurvey = (): Survey => ({
  records: 0,
  firstAt: undefined,
  presence: new Map(),
  roots: new Set(),
  purposes: new Set(),
  names: [],
});

/** Takes the next record, in the order of their times. @returns who has a part in it, the author first */
export function surveyed(survey: Survey, record: SlackRecord): Author[] {
  survey.records += 1;
  survey.firstAt ??= timeOf(record.ts);
  if (record.thread_ts && record.thread_ts !== record.ts) survey.roots.add(record.thread_ts);
  const what = meaning(record);
  if (what.type === "skipped") return [];
  if (what.type === "change") change(survey, what.change);
  else present(survey, what.author.id, what.type);
  return [what.author, ...(what.type === "message" ? others(record) : [])];
}

/** Only members write: whose first record is no join was in it before. (Who changes a channel need not be in it.) */
function present({ presence }: Survey, id: string, type: "message" | "join" | "leave"): void {
  const { before } = presence.get(id) ?? { before: type !== "join" };
  presence.set(id, { before, after: type !== "leave" });
}

function change({ purposes, names }: Survey, what: Changed): void {
  if (what.type === "purpose") purposes.add(what.of);
  if (what.type !== "rename") return;
  if (names.length === 0 && what.from) names.push(what.from);
  names.push(what.to);
}

/** Who edited a message and who reacted to it: to have a part in it one need not be in the channel. */
function others({ edited, reactions }: SlackRecord): Author[] {
  const ids = [...(edited?.user ? [edited.user] : []), ...(reactions ?? []).flatMap(({ users }) => users ?? [])];
  return ids.map((id) => ({ id, application: false, names: [] }));
}

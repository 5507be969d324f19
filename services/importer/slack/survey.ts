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
};

export const emptySurvey = (): Survey => ({ records: 0, firstAt: undefined, presence: new Map(), roots: new Set() });

/** Takes the next record, in the order of their times. @returns its author, if it has one that matters */
export function surveyed(survey: Survey, record: SlackRecord): Author | undefined {
  survey.records += 1;
  survey.firstAt ??= timeOf(record.ts);
  if (record.thread_ts && record.thread_ts !== record.ts) survey.roots.add(record.thread_ts);
  const what = meaning(record);
  if (what.type === "skipped") return undefined;
  const known = survey.presence.get(what.author.id);
  // Only members write: whose first record is no join was in it before.
  const presence = known ?? { before: what.type !== "join", after: true };
  presence.after = what.type !== "leave";
  survey.presence.set(what.author.id, presence);
  return what.author;
}

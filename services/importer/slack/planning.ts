import { refuse } from "../../../contract/errors.ts";
import type { Archive } from "./archive.ts";
import type { SlackConversation } from "./lists.ts";
import { Roster } from "./people.ts";
import { type Plan, planned } from "./plan.ts";
import { emptySurvey, type Survey, surveyed } from "./survey.ts";

/**
 * Reads an archive whole, one day at a time, and plans what it becomes.
 * @param read is told how many of its channels are read
 * @throws a refusal when a file is malformed, or `stop` is aborted
 */
export async function planOf(archive: Archive, read: (channels: number) => void, stop: AbortSignal): Promise<Plan> {
  const roster = new Roster(archive.users);
  const surveys = new Map<SlackConversation, Survey>();
  for (const channel of archive.channels) {
    const survey = emptySurvey();
    for await (const day of archive.days(channel)) {
      for (const record of day) {
        for (const one of surveyed(survey, record)) roster.meet(one);
      }
      if (stop.aborted) throw refuse("unavailable", "The import was stopped before anything was written");
    }
    surveys.set(channel, survey);
    read(surveys.size);
  }
  return planned(surveys, roster);
}

import { resolve } from "node:path";
import { type Archive, openArchive } from "../../services/importer/slack/archive.ts";
import { ChannelImport } from "../../services/importer/slack/channel.ts";
import { Notes } from "../../services/importer/slack/notes.ts";
import type { Plan, PlannedChannel } from "../../services/importer/slack/plan.ts";
import { planOf } from "../../services/importer/slack/planning.ts";
import type { Line, Script } from "./script.ts";

/** Nine days of a busy workspace take twenty minutes. */
const SPEED = 600;
/** Milliseconds from a message to each reaction: Slack doesn't tell when somebody reacted. */
const REACTION = 60_000;
/** Channels that are worth a look. */
const LOOK = 5;
/** Letters of a word that says something. */
const TELLING = /\p{L}{7,}/gu;

/**
 * The public channels of a Slack export, as a script: who is there under which handle, channels under which id, follows
 * from the archive as it does in an import. What is private isn't played.
 * @throws a refusal in a sentence where the archive is malformed
 */
export async function slackScript(path: string): Promise<Script> {
  const archive = await openArchive(resolve(path));
  try {
    const plan = await planOf(archive, () => {}, new AbortController().signal);
    const people = [...plan.people.values()].filter(({ deleted }) => !deleted);
    const open = plan.channels.filter(({ channel }) => channel.space === "public" && !channel.is_archived);
    const played = new Map<PlannedChannel, Line[]>();
    for (const planned of open) played.set(planned, await linesOf(archive, plan, planned));
    const busiest = [...played].sort(([, a], [, b]) => b.length - a.length).slice(0, LOOK);
    const present = new Set(people.map(({ handle }) => handle));
    return {
      title: `${archive.channels.length} conversations of ${path}`,
      people: new Map(people.map(({ handle, name, kind }) => [handle, { handle, name, kind }])),
      places: new Map(
        open.map(({ conversationId, name = "", purpose }) => [name, { id: conversationId, name, purpose }]),
      ),
      bindings: [],
      lines: [...played.values()]
        .flat()
        .filter(({ by }) => present.has(by))
        .sort((a, b) => a.at - b.at),
      speed: SPEED,
      look: { places: busiest.map(([{ name = "" }]) => name), words: commonWord(busiest[0]?.[1] ?? []) },
    };
  } finally {
    await archive.close();
  }
}

/** What is said and how others react, by handles instead of ids. */
async function linesOf(archive: Archive, { people, names }: Plan, planned: PlannedChannel): Promise<Line[]> {
  const handles = new Map([...people].map(([slackId, { handle }]) => [slackId, handle]));
  const channel = new ChannelImport(planned, names, { ids: handles, standInId: "admin" }, new Notes());
  const place = planned.name ?? "";
  const lines: Line[] = [];
  for await (const day of archive.days(planned.channel)) {
    for (const record of day) {
      const step = channel.step(record);
      if ("skipped" in step) continue;
      let reactions = 0;
      for (const command of step.commands) {
        const at = Date.parse(command.at);
        const by = command.senderId;
        if (command.type === "post") {
          const { clientMessageId: key, text, data, replyTo } = command;
          const root = typeof replyTo === "object" ? replyTo.clientMessageId : undefined;
          lines.push({ at, by, does: "say", place, key, text, data, replyTo: root });
        } else if (command.type === "react" && typeof command.target === "object") {
          const to = command.target.clientMessageId;
          lines.push({ at: at + REACTION * ++reactions, by, does: "react", to, emoji: command.emoji });
        }
      }
    }
  }
  return lines;
}

/** The word that most messages have, of those that say something. */
function commonWord(lines: readonly Line[]): string {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const words = line.does === "say" ? (line.text.toLowerCase().match(TELLING) ?? []) : [];
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "hello";
}

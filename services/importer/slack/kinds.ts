import { createHash } from "node:crypto";
import { type Changed, changed } from "./changes.ts";
import type { SlackRecord } from "./records.ts";

/** Who says something, by Slack id. */
export type Author = { id: string; application: boolean; names: string[] };

/** What a record is to us. */
export type Meaning =
  | { type: "message"; author: Author; me: boolean }
  | { type: "join" | "leave"; author: Author }
  | { type: "change"; author: Author; change: Changed }
  | { type: "skipped"; reason: string };

const MESSAGES = new Set([
  undefined,
  "bot_message",
  "me_message",
  "thread_broadcast",
  "slackbot_response",
  "file_share",
  "file_comment",
  "file_mention",
]);
const JOINS = new Set<unknown>(["channel_join", "group_join"]);
const LEAVES = new Set<unknown>(["channel_leave", "group_leave"]);

/** Why other records are left out; what is not named here is no message either. */
const REASONS: Record<string, string> = {
  pinned_item: "pins are not imported",
  unpinned_item: "pins are not imported",
  tombstone: "was deleted in Slack",
};

export function meaning(record: SlackRecord): Meaning {
  const subtype = record.subtype ?? undefined;
  if (record.type && record.type !== "message") return skipped(`type ${word(record.type)}: is no message`);
  const author = authorOf(record);
  if (!author) return skipped("nobody is named as its author");
  if (JOINS.has(subtype)) return { type: "join", author };
  if (LEAVES.has(subtype)) return { type: "leave", author };
  if (MESSAGES.has(subtype)) return { type: "message", author, me: subtype === "me_message" };
  const change = changed(record);
  if (change) return { type: "change", author, change };
  if (change === null) return skipped(`${word(subtype ?? "")}: does not say to what`);
  return skipped(`${word(subtype ?? "")}: ${REASONS[subtype ?? ""] ?? "is no message"}`);
}

const skipped = (reason: string): Meaning => ({ type: "skipped", reason });

/** A word of the archive's as part of a reason: reasons are few and short, whatever an archive says. */
const word = (text: string): string => text.replace(/[^\w-]/g, "?").slice(0, 40);

const SLACKBOT = "USLACKBOT";

function authorOf(record: SlackRecord): Author | undefined {
  const { bot_id, username, user_profile, bot_profile } = record;
  // A comment on a file, in older exports, has its author inside.
  const user = record.user || record.comment?.user;
  if (user === SLACKBOT) return { id: user, application: true, names: ["slackbot"] };
  if (user) {
    const names = given(user_profile?.name, user_profile?.real_name, bot_profile?.name);
    return { id: user, application: Boolean(bot_id), names };
  }
  if (bot_id) return { id: bot_id, application: true, names: given(username, bot_profile?.name) };
  return username ? { id: idOfName(username), application: true, names: [username] } : undefined;
}

const given = (...names: (string | null | undefined)[]): string[] => names.filter((name) => typeof name === "string");

/** An old integration that has a name and no id. */
const idOfName = (username: string): string =>
  `bot-${createHash("sha256").update(username).digest("hex").slice(0, 12)}`;

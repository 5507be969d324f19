import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Files of an archive by their path: JSON, or as they are where they are texts. */
export type Files = Record<string, unknown>;

const textOf = (content: unknown): string => (typeof content === "string" ? content : JSON.stringify(content));

export const texts = (files: Files): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path, textOf(content)]));

/** Writes an archive into a folder. */
export function writeArchive(folder: string, files: Files): string {
  for (const [path, text] of Object.entries(texts(files))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const user = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  profile: { real_name: `${name} Example` },
  ...more,
});

/** Microseconds since 1970, as Slack writes a time; its messages' times are unique in a channel. */
export const ts = (second: number): string => `${1_600_000_000 + second}.000100`;

/**
 * A small workspace with one of everything: threads with and without root, mentions, bots, joins and leaves, edits, a
 * channel whose creator is not known, one without a record, and people who occur in the messages alone.
 */
export const workspace: Files = {
  "users.json": [
    user("U1", "Ana"),
    user("U2", "ben"),
    user("U3", "cleo.", { deleted: true }),
    user("U4", "builder", { is_bot: true }),
  ],
  "channels.json": [
    {
      id: "C1",
      name: "general",
      created: 1_599_999_000,
      creator: "U1",
      members: ["U1", "U2", "U4"],
      purpose: { value: "All &amp; everything" },
    },
    { id: "C2", name: "random", created: 0, creator: null, members: ["U2"], topic: { value: "" } },
    { id: "C3", name: "empty", created: 1_599_999_500, creator: "U2", members: ["U1", "U2"], is_archived: true },
  ],
  "general/2020-09-13.json": [
    { type: "message", user: "U1", text: "Hello <@U2>, see <#C2|random>", ts: ts(1) },
    { type: "message", user: "U2", text: "in a thread", thread_ts: ts(1), ts: ts(2) },
    { type: "message", user: "U2", text: "its root is gone", thread_ts: ts(-500), ts: ts(3) },
    { type: "message", subtype: "channel_join", user: "U3", text: "<@U3> has joined", ts: ts(4) },
    { type: "message", user: "U3", text: "1 &lt; 2", edited: { user: "U3", ts: ts(6) }, ts: ts(5) },
    { type: "message", subtype: "channel_leave", user: "U3", text: "<@U3> has left", ts: ts(7) },
    { type: "message", subtype: "file_share", user: "U2", text: "a file", ts: ts(8) },
  ],
  "general/2020-09-14.json": [
    { type: "message", subtype: "bot_message", bot_id: "B1", username: "Robot", text: "", ts: ts(90_000) },
    {
      type: "message",
      subtype: "bot_message",
      bot_id: "B1",
      username: "Robot",
      text: "",
      attachments: [{ title: "Build 7", title_link: "https://ci.example/7", text: "passed", fallback: "no" }],
      ts: ts(90_001),
    },
    { type: "message", subtype: "me_message", user: "U2", text: "waves", ts: ts(90_002) },
    { type: "message", user: "U2", text: "to the first again", thread_ts: ts(1), ts: ts(90_003) },
  ],
  "random/2020-09-13.json": [
    { type: "message", user: "U9", text: "I am in no list", user_profile: { name: "nobody" }, ts: ts(10) },
    { type: "message", user: "U2", text: "Who is <@U9>?", reactions: [{ name: "+1", users: ["U9"] }], ts: ts(11) },
  ],
};
/** Records of the workspace, and what becomes of them. */
export const expected = { records: 13, imported: 12, skipped: 1 };

import type { Files } from "./slack.ts";

/** What the corpus lacks, small: reactions, topics, names, archives, files, edits in their place, and all that is private. */

/** A time of the fixture's one day: Slack's, of 2020-09-13 at this time of day (UTC). */
export const at = (time: string): string => `${Date.parse(`2020-09-13T${time}Z`) / 1000}.000100`;
const created = Date.parse("2020-09-13T08:00:00Z") / 1000;
const said = (user: string, time: string, text: string, more: object = {}) => ({
  type: "message",
  user,
  text,
  ts: at(time),
  ...more,
});

const photo = {
  id: "F1",
  title: "The pot",
  name: "pot.jpg",
  mimetype: "image/jpeg",
  size: 70_000,
  url_private: "https://files.example/F1/pot.jpg?t=xoxe-secret&v=2",
};

export const whole: Files = {
  "users.json": [
    { id: "U1", name: "ana" },
    { id: "U2", name: "ben" },
    { id: "U3", name: "cleo" },
    { id: "U4", name: "dora" },
    { id: "U5", name: "builder", is_bot: true },
  ],
  "channels.json": [
    {
      id: "C1",
      name: "tea",
      created,
      creator: "U1",
      is_archived: false,
      members: ["U1", "U2"],
      purpose: { value: "x" },
    },
    {
      id: "C2",
      name: "cups",
      created,
      creator: "U2",
      is_archived: true,
      members: [],
      topic: { value: "All &amp; any" },
    },
  ],
  "groups.json": [{ id: "G1", name: "secret", created, creator: "U4", members: ["U1", "U2"] }],
  "mpims.json": [{ id: "G2", name: "mpdm-ana--ben--cleo-1", created, creator: "U2", members: ["U1", "U2", "U3"] }],
  "dms.json": [
    { id: "D1", created, members: ["U3", "U1"] },
    { id: "D2", created, members: ["U2"] },
  ],

  "tea/2020-09-13.json": [
    said("U1", "09:00:00", "Hello", { reactions: [{ name: "+1", users: ["U2", "U1"], count: 2 }] }),
    said("U2", "09:01:00", "second thoughts", { edited: { user: "U2", ts: at("09:03:00") } }),
    said("U1", "09:02:00", "in between, see <#G1|>"),
    said("U1", "09:04:00", "", { files: [photo, { id: "F0", mode: "tombstone" }] }),
    said("U2", "09:05:00", "<@U2> uploaded a file: <https://x.example/files/U2/F2/cup.png|cup>", {
      subtype: "file_share",
    }),
    said("U1", "09:06:00", "set the topic", { subtype: "channel_topic", topic: "Green &lt;3" }),
    said("U2", "09:07:00", "<@U2> set the channel purpose: About tea", { subtype: "channel_purpose" }),
    said("U1", "09:08:00", "renamed", { subtype: "channel_name", old_name: "coffee", name: "tea" }),
    said("U1", "09:09:00", "archived", { subtype: "channel_archive" }),
    said("U1", "09:10:00", "un-archived", { subtype: "channel_unarchive" }),
    said("U2", "09:11:00", "late", { edited: { user: "U1", ts: at("10:00:00") } }),
  ],
  "cups/2020-09-13.json": [said("U2", "09:00:00", "a cup")],
  // The creator has left; dora wrote there and is listed no more, the builder never was; cleo left.
  "secret/2020-09-13.json": [
    said("U4", "09:00:00", "we are among ourselves"),
    said("U5", "09:01:00", "built"),
    said("U3", "09:02:00", "I go"),
    said("U3", "09:03:00", "left", { subtype: "group_leave" }),
    said("U1", "09:04:00", "for two", { subtype: "group_topic", topic: "Hush" }),
    said("U1", "09:05:00", "<@U2>, <@U3> and <@U4>?"),
  ],
  "mpdm-ana--ben--cleo-1/2020-09-13.json": [said("U3", "09:00:00", "the three of us")],
  "D1/2020-09-13.json": [
    said("U3", "09:00:00", "just you", { reactions: [{ name: "heart::skin-tone-2", users: ["U1"], count: 1 }] }),
    said("U1", "09:01:00", "and me"),
  ],
  "D2/2020-09-13.json": [said("U2", "09:00:00", "note to self")],
};

/** Its records: all are imported. */
export const RECORDS = 22;

import Type, { type Static, type TSchema } from "typebox";
import { checker } from "../../../mixins/schema-validator.ts";
import { malformed } from "./store.ts";

/**
 * What is read of Slack's export (https://slack.com/help/articles/220556107); it holds more, and more comes with the
 * years: fields that are not named here may be anything.
 */

/** Real exports write an absent field as null, or leave it out. */
const maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));

const SlackId = Type.String({ pattern: "^[A-Za-z0-9]{1,20}$" });
/** Some exports write an absent id as an empty text. */
const MaybeId = maybe(Type.String({ pattern: "^[A-Za-z0-9]{0,20}$" }));
/** Seconds since 1970 and a fraction that makes it unique in its channel. */
const Ts = Type.String({ pattern: "^\\d{1,10}\\.\\d{1,9}$" });

export const SlackUser = Type.Object({
  id: SlackId,
  name: maybe(Type.String()),
  real_name: maybe(Type.String()),
  deleted: maybe(Type.Boolean()),
  is_bot: maybe(Type.Boolean()),
  profile: maybe(Type.Object({ real_name: maybe(Type.String()), display_name: maybe(Type.String()) })),
});
export type SlackUser = Static<typeof SlackUser>;

export const SlackChannel = Type.Object({
  id: SlackId,
  name: Type.String({ minLength: 1, maxLength: 200 }),
  /** Seconds since 1970; 0 or absent where it is not known. */
  created: maybe(Type.Integer({ minimum: 0, maximum: 9_999_999_999 })),
  creator: MaybeId,
  is_archived: maybe(Type.Boolean()),
  members: maybe(Type.Array(SlackId)),
  is_mpim: maybe(Type.Boolean()),
  topic: maybe(Type.Object({ value: maybe(Type.String()) })),
  purpose: maybe(Type.Object({ value: maybe(Type.String()) })),
});
export type SlackChannel = Static<typeof SlackChannel>;

/** A direct message's line has no name: its folder is called by its id. */
const SlackDirect = Type.Object({
  id: SlackId,
  created: SlackChannel.properties.created,
  members: maybe(Type.Array(SlackId)),
});

const Attachment = Type.Object({
  pretext: maybe(Type.String()),
  title: maybe(Type.String()),
  title_link: maybe(Type.String()),
  text: maybe(Type.String()),
  fallback: maybe(Type.String()),
});
export type Attachment = Static<typeof Attachment>;

/** What is kept of a file; of a deleted one an export has its id and `mode: "tombstone"`. */
const SlackFile = Type.Object({
  title: maybe(Type.String()),
  name: maybe(Type.String()),
  mimetype: maybe(Type.String()),
  size: maybe(Type.Number()),
  url_private: maybe(Type.String()),
  permalink: maybe(Type.String()),
});
export type SlackFile = Static<typeof SlackFile>;

/** `count` is above the number of `users` where Slack has cut the list. */
const Reaction = Type.Object({
  name: Type.String({ minLength: 1 }),
  users: maybe(Type.Array(SlackId)),
  count: maybe(Type.Integer()),
});

/** A line of a channel's day: a message, or what Slack tells of the channel (`subtype`). */
export const SlackRecord = Type.Object({
  type: maybe(Type.String()),
  subtype: maybe(Type.String()),
  ts: Ts,
  user: MaybeId,
  bot_id: MaybeId,
  username: maybe(Type.String()),
  user_profile: maybe(Type.Object({ name: maybe(Type.String()), real_name: maybe(Type.String()) })),
  bot_profile: maybe(Type.Object({ name: maybe(Type.String()) })),
  text: maybe(Type.String()),
  thread_ts: maybe(Ts),
  attachments: maybe(Type.Array(Attachment)),
  /** By whom and when it was edited last; what it said before is not in an export. */
  edited: maybe(Type.Object({ user: MaybeId, ts: maybe(Ts) })),
  reactions: maybe(Type.Array(Reaction)),
  files: maybe(Type.Array(SlackFile)),
  /** Exports before 2018 have one file a message, and a comment on it as a record of its own. */
  file: maybe(SlackFile),
  comment: maybe(Type.Object({ user: MaybeId })),
  /** What `channel_topic`, `channel_purpose` and `channel_name` set; older exports have it in the text alone. */
  topic: maybe(Type.String()),
  purpose: maybe(Type.String()),
  name: maybe(Type.String()),
  old_name: maybe(Type.String()),
});
export type SlackRecord = Static<typeof SlackRecord>;

const lists = {
  users: listOf(SlackUser, "user"),
  channels: listOf(SlackChannel, "channel"),
  directs: listOf(SlackDirect, "direct message"),
  records: listOf(SlackRecord, "record"),
};

/** @throws a refusal that names the file and the first thing wrong in it. */
export const readUsers = (file: string, value: unknown): SlackUser[] => unique(file, lists.users(file, value), "id");
export const readChannels = (file: string, value: unknown): SlackChannel[] => lists.channels(file, value);
export const readDirects = (file: string, value: unknown): SlackChannel[] =>
  lists.directs(file, value).map((direct) => ({ ...direct, name: direct.id }));

/** A day's records by their time, whatever their order in the file. */
export const readDay = (file: string, value: unknown): SlackRecord[] =>
  lists.records(file, value).sort((a, b) => compare(order(a.ts), order(b.ts)));

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** A text that sorts as the times do. */
export const order = (ts: string): string => {
  const [seconds = "", fraction = ""] = ts.split(".");
  return seconds.padStart(10, "0") + fraction.padEnd(9, "0");
};

/** Milliseconds since 1970. */
export const timeOf = (ts: string): number => {
  const [seconds = "", fraction = ""] = ts.split(".");
  return Number(seconds) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
};

function listOf<S extends TSchema>(schema: S, noun: string) {
  const faultsOf = checker(schema);
  const isItem = (item: unknown): item is Static<S> => faultsOf(item).length === 0;
  return (file: string, value: unknown): Static<S>[] => {
    if (!Array.isArray(value)) throw malformed(file, "is not a list");
    const items: Static<S>[] = [];
    for (const [index, item] of value.entries()) {
      if (!isItem(item)) {
        const [fault] = faultsOf(item);
        throw malformed(
          file,
          `${noun} ${index + 1} of ${value.length} is malformed (${fault?.field}: ${fault?.message})`,
        );
      }
      items.push(item);
    }
    return items;
  };
}

/** @throws a refusal that names the file and what stands there twice. */
export function unique<K extends string, T extends { [P in K]: string }>(file: string, items: T[], key: K): T[] {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(item[key])) throw malformed(file, `${key} ${JSON.stringify(item[key])} stands there twice`);
    seen.add(item[key]);
  }
  return items;
}

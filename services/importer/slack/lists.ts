import { readChannels, readDirects, type SlackChannel, unique } from "./records.ts";

/** What a conversation is in Slack: a public or private channel, a group's direct messages, those of two. */
export type Space = "public" | "private" | "group" | "direct";

/** A line of one of the archive's lists; its `name` is its folder. */
export type SlackConversation = SlackChannel & { space: Space };

/**
 * Every conversation that an archive lists, and who may read it by the list it stands in. Which lists there are depends
 * on the export's kind: public ones have `channels.json` alone.
 * @param read a list's content, an empty one where there is no such file
 * @throws a refusal that names the file and the first thing wrong in it
 */
export async function readListed(read: (file: string) => Promise<unknown>): Promise<SlackConversation[]> {
  const channels = readChannels("channels.json", await read("channels.json"));
  const groups = readChannels("mpims.json", await read("mpims.json"));
  const isGroup = new Set(groups.map(({ id }) => id));
  // Older exports list group messages as private channels, too or instead.
  const closed = readChannels("groups.json", await read("groups.json")).filter(({ id }) => !isGroup.has(id));
  const directs = readDirects("dms.json", await read("dms.json"));
  let listed: SlackConversation[] = [];
  const add = (file: string, more: SlackChannel[], spaceOf: (one: SlackChannel) => Space) => {
    listed = [...listed, ...more.map((one) => ({ ...one, space: spaceOf(one) }))];
    unique(file, unique(file, listed, "id"), "name");
  };
  add("channels.json", channels, () => "public");
  add("mpims.json", groups, () => "group");
  add("groups.json", closed, ({ is_mpim }) => (is_mpim ? "group" : "private"));
  // A direct conversation is one or two; what lists others is no more than private.
  add("dms.json", directs, ({ members }) => ([1, 2].includes(new Set(members).size) ? "direct" : "group"));
  return listed;
}

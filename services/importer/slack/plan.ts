import { type Names, plain } from "./markup.ts";
import { channelNames, conversationIdOf } from "./names.ts";
import type { Person, Roster } from "./people.ts";
import type { SlackChannel } from "./records.ts";
import type { Survey } from "./survey.ts";
import { wellFormed } from "./well-formed.ts";

/**
 * What an archive becomes. All of it follows from the archive: a second run plans the same, and so finds under the same
 * ids, handles and keys what the first has done.
 */
export type Plan = {
  /** By Slack id. */
  people: ReadonlyMap<string, Person>;
  channels: PlannedChannel[];
  names: Names;
};

export type PlannedChannel = Membership & {
  channel: SlackChannel;
  survey: Survey;
  conversationId: string;
  name: string;
  purpose: string;
  /** Milliseconds since 1970. */
  createdAt: number;
};

/** Who is in a channel, by Slack id. */
type Membership = {
  /** Who created it; undefined where the archive does not say. */
  creator: string | undefined;
  /** Whether he is in it at the end: if not, it needs another owner. */
  creatorStays: boolean;
  /** Who is in it before its first record. */
  firstMembers: string[];
  /** Who is not in it any more, though no record says that he left. */
  gone: string[];
  /** Who is listed among its members, though a record says that he left, and none that he came back. */
  left: string[];
};

/** Code points of a conversation's purpose. */
const PURPOSE_CODE_POINTS = 250;

export function planned(surveys: ReadonlyMap<SlackChannel, Survey>, roster: Roster): Plan {
  for (const { creator, members } of surveys.keys()) {
    for (const id of [creator, ...(members ?? [])]) if (id) roster.add(id);
  }
  const people = roster.people();
  const byId = [...surveys.keys()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const channels = channelNames(new Map(byId.map(({ id, name }) => [id, [name]])));
  const names: Names = { handle: (id) => people.get(id)?.handle, channel: (id) => channels.get(id) };
  return {
    people,
    names,
    channels: [...surveys].map(([channel, survey]) => ({
      ...membership(channel, survey, people),
      channel,
      survey,
      conversationId: conversationIdOf(channel.id, bornAt(channel)),
      name: channels.get(channel.id) ?? "",
      purpose: purposeOf(channel, names),
      createdAt: createdAt(channel, survey),
    })),
  };
}

/**
 * In Slack only members write, so whoever writes or leaves without having joined was in a channel before its first
 * record, like those who are listed and never occur. The listing is that of the export's day; but where it disagrees
 * with a leave, the leave is believed: it shows less.
 */
function membership({ creator, members }: SlackChannel, survey: Survey, people: Plan["people"]): Membership {
  const listed = new Set(members);
  // Integrations write without being listed.
  const unlisted = (id: string) => members && !listed.has(id) && people.get(id)?.kind === "person";
  const staying = (id: string) => (survey.presence.get(id)?.after ?? listed.has(id)) && !unlisted(id);
  const before = (id: string) => survey.presence.get(id)?.before ?? listed.has(id);
  const present = [...survey.presence];
  return {
    creator: creator || undefined,
    creatorStays: creator ? staying(creator) && !people.get(creator)?.deleted : false,
    firstMembers: [...new Set([...(creator ? [creator] : []), ...listed, ...survey.presence.keys()])].filter(before),
    gone: present.flatMap(([id, { after }]) => (after && !staying(id) ? [id] : [])),
    left: present.flatMap(([id, { after }]) => (!after && listed.has(id) ? [id] : [])),
  };
}

/** Milliseconds since 1970; 0 where it is not known. */
const bornAt = ({ created }: SlackChannel): number => (created ?? 0) * 1000;

/** Not after the first record, which some archives have before it; that record's where it is not known. */
const createdAt = (channel: SlackChannel, { firstAt }: Survey): number =>
  Math.min(bornAt(channel) || (firstAt ?? 0), firstAt ?? Number.POSITIVE_INFINITY);

function purposeOf({ purpose }: SlackChannel, names: Names): string {
  const { text } = plain(purpose?.value ?? "", names);
  return [...wellFormed(text)].slice(0, PURPOSE_CODE_POINTS).join("");
}

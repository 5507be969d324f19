import type { SlackConversation, Space } from "./lists.ts";
import type { Names } from "./markup.ts";
import { type Membership, membership } from "./members.ts";
import { channelNames, conversationIdOf, formerNames } from "./names.ts";
import type { Person, Roster } from "./people.ts";
import { purposeText } from "./purpose.ts";
import type { Survey } from "./survey.ts";

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
  channel: SlackConversation;
  survey: Survey;
  conversationId: string;
  /** What a summary calls it. */
  label: string;
  /** Absent where it is none of a channel: a group's and a pair's members are its name. */
  name: string | undefined;
  /** What it was called before its records begin. */
  firstName: string | undefined;
  /** A name of its past, by our rule. */
  formerName(given: string): string;
  purpose: string;
  /** Milliseconds since 1970. */
  createdAt: number;
};

export function planned(surveys: ReadonlyMap<SlackConversation, Survey>, roster: Roster): Plan {
  for (const { creator, members } of surveys.keys()) {
    for (const id of [creator, ...(members ?? [])]) if (id) roster.add(id);
  }
  const people = roster.people();
  const named = [...surveys]
    .filter(([{ space }]) => isNamed(space))
    .sort(([a], [b]) => rank(a) - rank(b) || byId(a, b));
  const channels = channelNames(new Map(named.map(([{ id, name }]) => [id, [name]])));
  const former = formerNames(new Map(named.map(([{ id }, { names }]) => [id, names])), channels);
  const open = new Set([...surveys.keys()].filter(({ space }) => space === "public").map(({ id }) => id));
  const names: Names = {
    handle: (id) => people.get(id)?.handle,
    // A private channel's name is told to nobody but its members, whatever others wrote of it.
    channel: (id) => (open.has(id) ? channels.get(id) : undefined),
  };
  return {
    people,
    names,
    channels: [...surveys].map(([channel, survey]) => {
      const name = channels.get(channel.id);
      const formerName = (given: string) => former.get(channel.id)?.get(given) ?? name ?? "";
      const [first] = survey.names;
      return {
        ...membership(channel, survey, people),
        channel,
        survey,
        conversationId: conversationIdOf(channel.id, bornAt(channel)),
        label: name === undefined ? channel.name : `#${name}`,
        name,
        firstName: first === undefined ? name : formerName(first),
        formerName,
        purpose: firstPurpose(channel, survey, names),
        createdAt: createdAt(channel, survey),
      };
    }),
  };
}

const isNamed = (space: Space): boolean => space === "public" || space === "private";
/** Public channels choose first, so that what they are called betrays nothing of private ones. */
const rank = ({ space }: SlackConversation): number => (space === "public" ? 0 : 1);
const byId = (a: SlackConversation, b: SlackConversation): number => (a.id < b.id ? -1 : 1);

/** Milliseconds since 1970; 0 where it is not known. */
const bornAt = ({ created }: SlackConversation): number => (created ?? 0) * 1000;

/** Not after the first record, which some archives have before it; that record's where it is not known. */
const createdAt = (channel: SlackConversation, { firstAt }: Survey): number =>
  Math.min(bornAt(channel) || (firstAt ?? 0), firstAt ?? Number.POSITIVE_INFINITY);

/** What no record has set since; of Slack's two the purpose, which is the longer-lived. */
function firstPurpose({ purpose, topic }: SlackConversation, { purposes }: Survey, names: Names): string {
  const unset = [
    purposes.has("purpose") ? undefined : purpose?.value,
    purposes.has("topic") ? undefined : topic?.value,
  ];
  return purposeText(unset.find(Boolean) ?? "", names).text;
}

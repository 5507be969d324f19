import type { SlackConversation } from "./lists.ts";
import type { Person } from "./people.ts";
import type { Survey } from "./survey.ts";

/** Who is in a conversation, by Slack id. */
export type Membership = {
  /** Who created it; undefined where the archive does not say. */
  creator: string | undefined;
  /** Who is in it at the end and owns it; undefined where nobody of the archive does. */
  owner: string | undefined;
  /** Who is in it before its first record. */
  firstMembers: string[];
  /** Who is not in it any more, though no record says that he left. */
  gone: string[];
  /** Who takes part and is never let in: of what is private a listing is the last word, at every moment. */
  outsiders: ReadonlySet<string>;
  /** Who is listed among its members, though a record says that he left, and none that he came back. */
  left: string[];
};

type People = ReadonlyMap<string, Person>;

export function membership(channel: SlackConversation, survey: Survey, people: People): Membership {
  switch (channel.space) {
    case "public":
      return publicly(channel, survey, people);
    case "private":
    case "group":
      return privately(channel, survey, people);
    case "direct": {
      const firstMembers = [...new Set(channel.members)];
      // The two are what it is.
      const outsiders = new Set([...survey.presence.keys()].filter((id) => !firstMembers.includes(id)));
      return { creator: channel.creator || undefined, owner: undefined, firstMembers, gone: [], outsiders, left: [] };
    }
  }
}

/**
 * In Slack only members write, so whoever writes or leaves without having joined was in a channel before its first
 * record, like those who are listed and never occur. The listing is that of the export's day; but where it disagrees
 * with a leave, the leave is believed: it shows less.
 */
function publicly({ creator, members, is_archived }: SlackConversation, survey: Survey, people: People): Membership {
  // Slack lists nobody for what is archived: that is no listing.
  const known = members && !(is_archived && members.length === 0);
  const listed = new Set(members);
  // Integrations write without being listed.
  const unlisted = (id: string) => known && !listed.has(id) && people.get(id)?.kind === "person";
  const staying = (id: string) => (survey.presence.get(id)?.after ?? listed.has(id)) && !unlisted(id);
  const present = [...survey.presence];
  return {
    creator: creator || undefined,
    owner: creator && staying(creator) && !people.get(creator)?.deleted ? creator : undefined,
    firstMembers: firstOf(creator, listed, survey),
    gone: present.flatMap(([id, { after }]) => (after && !staying(id) ? [id] : [])),
    outsiders: new Set(),
    left: leftOf(listed, survey),
  };
}

/**
 * What is private may be read by those alone who are listed, or were in it until a record says that they left. Who is not
 * listed and never left by a record is not let in for a moment; and no administrator stands in for a creator who is gone:
 * the first who is still there owns it.
 */
function privately({ creator, members }: SlackConversation, survey: Survey, people: People): Membership {
  const listed = new Set(members);
  const staying = (id: string) => listed.has(id) && (survey.presence.get(id)?.after ?? true);
  const outsiders = new Set([...survey.presence].flatMap(([id, { after }]) => (after && !listed.has(id) ? [id] : [])));
  const able = (id: string) => staying(id) && !people.get(id)?.deleted && people.get(id)?.kind === "person";
  return {
    creator: creator || undefined,
    owner: [...(creator ? [creator] : []), ...listed].find(able),
    firstMembers: firstOf(creator, listed, survey).filter((id) => !outsiders.has(id)),
    gone: [],
    outsiders,
    left: leftOf(listed, survey),
  };
}

function firstOf(creator: string | null | undefined, listed: ReadonlySet<string>, { presence }: Survey): string[] {
  const all = new Set([...(creator ? [creator] : []), ...listed, ...presence.keys()]);
  return [...all].filter((id) => presence.get(id)?.before ?? listed.has(id));
}

const leftOf = (listed: ReadonlySet<string>, { presence }: Survey): string[] =>
  [...presence].flatMap(([id, { after }]) => (!after && listed.has(id) ? [id] : []));

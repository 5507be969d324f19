import { createHash } from "node:crypto";

/**
 * What things of an archive are called here. All of it follows from the archive alone, so that a second run calls
 * everything alike and finds what the first has done.
 */

/** What things are called there, by Slack id, the best name first. */
type Names = ReadonlyMap<string, string[]>;

const HANDLE_LENGTH = 32;
const CHANNEL_LENGTH = 80;
const CHANNEL_FOREIGN = /[^a-z0-9_-]+/g;

/**
 * Handles are not given to people of an archive who bear them by chance: whoever writes as `@admin` would be taken for
 * the administrator that every Wirehouse begins with.
 */
const RESERVED = ["admin"];

/**
 * A handle by our rule for each Slack id: the first of its names of which folding leaves
 * something. Of several with one handle the first has it; the others get their id behind it.
 * @param names by Slack id, in an order that archives of later days keep
 */
export function handles(names: Names): Map<string, string> {
  return distinct(names, RESERVED, (name) => fold(name, /[^a-z0-9._-]+/g), HANDLE_LENGTH);
}

/** A channel's name by our rule for each Slack id. */
export function channelNames(names: Names): Map<string, string> {
  return distinct(names, [], (name) => fold(name, CHANNEL_FOREIGN), CHANNEL_LENGTH);
}

/**
 * What channels were called before, by Slack id and name: by our rule, and no other channel's, be it of now or of then.
 * @param given by Slack id, in an order that archives of later days keep
 * @param now their names by Slack id
 */
export function formerNames(given: Names, now: ReadonlyMap<string, string>): Map<string, Map<string, string>> {
  const taken = new Set(now.values());
  return new Map(
    [...given].map(([id, names]) => {
      const own = new Map<string, string>();
      for (const name of new Set(names)) {
        const ours = cut(fold(name, CHANNEL_FOREIGN), CHANNEL_LENGTH);
        const known = ours === now.get(id) || [...own.values()].includes(ours);
        own.set(name, known || (ours !== "" && !taken.has(ours)) ? ours : otherName(ours || "channel", id));
      }
      for (const ours of own.values()) taken.add(ours);
      return [id, own];
    }),
  );
}

/** A name that is taken in Wirehouse already, told apart by the Slack id. */
export const otherName = (name: string, slackId: string): string => suffixed(name, slackId, CHANNEL_LENGTH);

function distinct(
  names: Names,
  reserved: string[],
  folded: (name: string) => string,
  length: number,
): Map<string, string> {
  const taken = new Set(reserved);
  const chosen = new Map<string, string>();
  for (const [id, given] of names) {
    const name = [...given, id].map((one) => cut(folded(one), length)).find((one) => one !== "") ?? "";
    let choice = name;
    for (let n = 0; taken.has(choice); n++) choice = suffixed(name, n === 0 ? id : `${id}-${n}`, length);
    taken.add(choice);
    chosen.set(id, choice);
  }
  return chosen;
}

const suffixed = (name: string, suffix: string, length: number): string => {
  const end = `-${suffix.toLowerCase()}`;
  return cut(name, length - end.length) + end;
};

/** Trailing `._-` goes too: in a text it would not count to the mention. */
const cut = (name: string, length: number): string => name.slice(0, Math.max(0, length)).replace(/[._-]+$/, "");

/** Accents and case folded, other characters made hyphens; empty where nothing is left of a name. */
const fold = (name: string, foreign: RegExp): string =>
  name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(foreign, "-")
    .replace(/^[._-]+/, "");

/**
 * The id of a channel's conversation: in the form of a UUIDv7, of its creation time and a hash of its Slack id, which
 * Slack gives once and for all.
 * @param createdAt milliseconds since 1970
 */
export function conversationIdOf(slackId: string, createdAt: number): string {
  const time = createdAt.toString(16).padStart(12, "0");
  const hash = createHash("sha256").update(`slack:${slackId}`).digest("hex");
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}

/** The key of what an archive holds under a channel and a time: 20 + 20 characters and 8 more at most. */
export const recordKey = (channelId: string, ts: string): string => `slack:${channelId}:${ts}`;
/** The key of what follows from an archive without being one of its records. */
export const derivedKey = (channelId: string, what: string, slackId: string): string =>
  `slack:${channelId}:${what}:${slackId}`;

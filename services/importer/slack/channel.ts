import type { Imported } from "../../../contract/actions.ts";
import type { Changed } from "./changes.ts";
import { type Author, meaning } from "./kinds.ts";
import type { Names } from "./markup.ts";
import { Messages } from "./messages.ts";
import { derivedKey, recordKey } from "./names.ts";
import type { Notes } from "./notes.ts";
import type { PlannedChannel } from "./plan.ts";
import { type SlackRecord, timeOf } from "./records.ts";
import { type Elsewhere, Settings } from "./settings.ts";

/**
 * What a record becomes: commands to import, the one of them that stands for it, and whether other commands name its
 * message; or why there are none.
 */
export type Step = { commands: Imported[]; main: Imported; named?: boolean } | { skipped: string };

/** Who the archive's people are here. */
export type Principals = {
  /** Their ids by Slack id. */
  ids: ReadonlyMap<string, string>;
  /** The first administrator's id: he stands in for a public channel's creator who is not known, or gone. */
  standInId: string;
};

/** First members that a `create` brings with it; each is an entry, and a turn's entries are bounded. */
const FIRST_MEMBERS = 200;

/** A channel's way into a conversation's log: record by record, without I/O. */
export class ChannelImport {
  readonly #planned: PlannedChannel;
  readonly #principals: Principals;
  readonly #settings: Settings;
  readonly #messages: Messages;
  /** Who is in it now, by Slack id. */
  readonly #inside: Set<string>;
  /** Milliseconds since 1970. */
  #at: number;
  #lastTs = "";

  constructor(planned: PlannedChannel, names: Names, principals: Principals, notes: Notes) {
    this.#planned = planned;
    this.#principals = principals;
    this.#settings = new Settings(planned, names, notes);
    this.#inside = new Set(planned.firstMembers);
    this.#messages = new Messages(planned, names, notes, {
      by: (slackId, key) => this.#by(this.#id(slackId), key),
      idsInside: (slackIds) => slackIds.filter((id) => this.#inside.has(id)).map((id) => this.#id(id)),
    });
    this.#at = planned.createdAt;
  }

  /** What comes before the first record. */
  opening(): Imported[] {
    const { channel, firstMembers } = this.#planned;
    const creatorId = this.#creatorId();
    const ids = firstMembers.map((id) => this.#id(id));
    const ownerId = this.#ownerId();
    // Who creates a conversation that he is in owns it by that.
    const owns = ownerId === creatorId && ids.includes(ownerId);
    const joins = ownerId !== undefined && !owns && (ids.includes(ownerId) || ownerId === this.#principals.standInId);
    const others = firstMembers.filter((id) => !joins || this.#id(id) !== ownerId);
    return [
      {
        type: "create",
        ...this.#by(creatorId, recordKey(channel.id, "create")),
        ...this.#settings.first(),
        members: others.slice(0, FIRST_MEMBERS).map((id) => this.#id(id)),
      },
      ...(joins ? [this.#join(ownerId, "owner", recordKey(channel.id, "owner"))] : []),
      ...others
        .slice(FIRST_MEMBERS)
        .map((id) => this.#join(this.#id(id), this.#role(id), derivedKey(channel.id, "member", id))),
    ];
  }

  /** What happened before a time and is not told by a record of its own; without a time all that is left. */
  due(ts?: string): Imported[] {
    return this.#messages.due(ts).map((edit) => {
      this.#at = Math.max(this.#at, Date.parse(edit.at));
      return { ...edit, at: this.#time() };
    });
  }

  /** The next record, in the order of their times. */
  step(record: SlackRecord): Step {
    if (record.ts === this.#lastTs) return { skipped: "the same time twice in one channel" };
    this.#lastTs = record.ts;
    this.#at = Math.max(this.#at, timeOf(record.ts));
    const key = recordKey(this.#planned.channel.id, record.ts);
    const what = meaning(record);
    switch (what.type) {
      case "skipped":
        return { skipped: what.reason };
      case "join":
        return this.#joined(what.author.id, key);
      case "leave":
        return this.#left(what.author.id, key);
      case "change":
        return this.#changed(what.change, this.#by(this.#id(what.author.id), key));
      case "message":
        return this.#message(record, what, key);
    }
  }

  /** What comes after the last record. */
  closing(): Imported[] {
    const { channel, gone } = this.#planned;
    const edits = this.due();
    const leaves = gone.map((id) => this.#leave(this.#id(id), derivedKey(channel.id, "gone", id)));
    const keeperId = this.#ownerId() ?? this.#creatorId();
    return [...edits, ...leaves, ...this.#settings.last((key) => this.#by(keeperId, key))];
  }

  /** Of a private conversation whose creator is not known it is one of its own people, where there is any. */
  #creatorId(): string {
    const { channel, creator, owner, firstMembers } = this.#planned;
    const known = creator ?? (channel.space === "public" ? undefined : (owner ?? firstMembers[0]));
    return known === undefined ? this.#principals.standInId : this.#id(known);
  }

  /** The administrator stands in where everybody may read; what is private nobody owns who is not of it. */
  #ownerId(): string | undefined {
    const { channel, owner } = this.#planned;
    if (owner !== undefined) return this.#id(owner);
    return channel.space === "public" ? this.#principals.standInId : undefined;
  }

  #joined(slackId: string, key: string): Step {
    if (this.#inside.has(slackId)) return { skipped: "a join of somebody who is in already" };
    if (this.#planned.outsiders.has(slackId))
      return { skipped: "a join of somebody who is not listed in what is private" };
    this.#inside.add(slackId);
    return only(this.#join(this.#id(slackId), this.#role(slackId), key));
  }

  #left(slackId: string, key: string): Step {
    if (this.#planned.channel.space === "direct") return { skipped: "nobody leaves a direct conversation" };
    if (!this.#inside.delete(slackId)) return { skipped: "a leave of somebody who is out already" };
    return only(this.#leave(this.#id(slackId), key));
  }

  #changed(change: Changed, by: Elsewhere): Step {
    const command = this.#settings.change(change, by);
    return command ? only(command) : { skipped: "a change that changes nothing here" };
  }

  #message(record: SlackRecord, what: { author: Author; me: boolean }, key: string): Step {
    const told = this.#messages.tell(record, what, key);
    if ("nothing" in told) return { skipped: told.nothing };
    // Only members write: he came back, and no record tells of it.
    const back = this.#joined(what.author.id, `${key}:join`);
    const { posts, reactions, main, named } = told;
    return { commands: [...("commands" in back ? back.commands : []), ...posts, ...reactions], main, named };
  }

  #by = (senderId: string, commandId: string): Elsewhere => ({ at: this.#time(), senderId, commandId });

  #join = (principalId: string, role: "owner" | "member", key: string): Imported => ({
    type: "join",
    ...this.#by(principalId, key),
    principalId,
    role,
  });

  #leave = (principalId: string, key: string): Imported => ({
    type: "leave",
    ...this.#by(principalId, key),
    principalId,
  });

  #role = (slackId: string) => (slackId === this.#planned.owner ? ("owner" as const) : ("member" as const));

  #time = (): string => new Date(this.#at).toISOString();

  #id(slackId: string): string {
    const id = this.#principals.ids.get(slackId);
    if (id === undefined) throw new Error(`${slackId} is in the archive and was not planned`);
    return id;
  }
}

const only = (command: Imported): Step => ({ commands: [command], main: command });

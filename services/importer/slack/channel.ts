import type { Imported } from "../../../contract/actions.ts";
import { MENTIONS } from "../../../contract/limits.ts";
import { meaning } from "./kinds.ts";
import type { Names } from "./markup.ts";
import { derivedKey, recordKey } from "./names.ts";
import type { Notes } from "./notes.ts";
import type { PlannedChannel } from "./plan.ts";
import { type SlackRecord, timeOf } from "./records.ts";
import { parts, textOf } from "./text.ts";

/** What a record becomes: commands to import, the last of which stands for it; or why there are none. */
export type Step = { commands: Imported[] } | { skipped: string };

/** Who the archive's people are here. */
export type Principals = {
  /** Their ids by Slack id. */
  ids: ReadonlyMap<string, string>;
  /** The first administrator's id: he stands in for a creator of whom the archive does not tell, or who is gone. */
  standInId: string;
};

/** First members that a `create` brings with it; each is an entry, and a turn's entries are bounded. */
const FIRST_MEMBERS = 200;

/** A channel's way into a conversation's log: record by record, without I/O. */
export class ChannelImport {
  readonly #planned: PlannedChannel;
  readonly #names: Names;
  readonly #principals: Principals;
  readonly #notes: Notes;
  /** Who is in it now, by Slack id. */
  readonly #inside: Set<string>;
  /** Senders of the messages that threads hang on, by their time. */
  readonly #roots = new Map<string, string>();
  /** Milliseconds since 1970. */
  #at: number;
  #lastTs = "";

  constructor(planned: PlannedChannel, names: Names, principals: Principals, notes: Notes) {
    this.#planned = planned;
    this.#names = names;
    this.#principals = principals;
    this.#notes = notes;
    this.#inside = new Set(planned.firstMembers);
    this.#at = planned.createdAt;
  }

  /** What comes before the first record. */
  opening(): Imported[] {
    const { channel, creator, creatorStays, firstMembers, name, purpose } = this.#planned;
    const { standInId } = this.#principals;
    return [
      {
        type: "create",
        at: this.#time(),
        senderId: creator ? this.#id(creator) : standInId,
        commandId: recordKey(channel.id, "create"),
        kind: "channel",
        private: false,
        name,
        ...(purpose && { purpose }),
        members: firstMembers.slice(0, FIRST_MEMBERS).map((id) => this.#id(id)),
      },
      ...(creatorStays ? [] : [this.#join(standInId, "owner", recordKey(channel.id, "owner"))]),
      ...firstMembers
        .slice(FIRST_MEMBERS)
        .map((id) => this.#join(this.#id(id), this.#role(id), derivedKey(channel.id, "member", id))),
    ];
  }

  /** The next record, in the order of their times. */
  step(record: SlackRecord): Step {
    if (record.ts === this.#lastTs) return { skipped: "the same time twice in one channel" };
    this.#lastTs = record.ts;
    this.#at = Math.max(this.#at, timeOf(record.ts));
    const what = meaning(record);
    switch (what.type) {
      case "skipped":
        return { skipped: what.reason };
      case "join":
        return this.#joined(what.author.id, recordKey(this.#planned.channel.id, record.ts));
      case "leave":
        return this.#left(what.author.id, recordKey(this.#planned.channel.id, record.ts));
      case "message":
        return this.#message(record, what);
    }
  }

  /** What comes after the last record. */
  closing(): Imported[] {
    const { channel, gone } = this.#planned;
    return gone.map((id) => this.#leave(this.#id(id), derivedKey(channel.id, "gone", id)));
  }

  #joined(slackId: string, key: string): Step {
    if (this.#inside.has(slackId)) return { skipped: "a join of somebody who is in already" };
    this.#inside.add(slackId);
    return { commands: [this.#join(this.#id(slackId), this.#role(slackId), key)] };
  }

  #left(slackId: string, key: string): Step {
    if (!this.#inside.delete(slackId)) return { skipped: "a leave of somebody who is out already" };
    return { commands: [this.#leave(this.#id(slackId), key)] };
  }

  #message(record: SlackRecord, { author, me }: Extract<ReturnType<typeof meaning>, { type: "message" }>): Step {
    const { text, mentioned } = textOf(record, author.application, me, this.#names);
    if (text === "") return { skipped: record.files ? "files alone, which are not imported yet" : "no text" };
    const key = recordKey(this.#planned.channel.id, record.ts);
    const name = `#${this.#planned.name} ${record.ts}`;
    const common = {
      type: "post" as const,
      at: this.#time(),
      senderId: this.#id(author.id),
      mentions: this.#mentions(mentioned, name),
      ...this.#replyTo(record, name),
    };
    const posts = parts(text).map((text, part) => ({
      ...common,
      text,
      clientMessageId: part === 0 ? key : `${key}:${part + 1}`,
    }));
    if (posts.length > 1) this.#notes.add("messages too long for one were split", name);
    if (record.edited) this.#notes.add("edited messages came in their last version");
    if (record.reactions) this.#notes.add("messages came without their reactions, which are not imported yet");
    if (record.files) this.#notes.add("messages came without their files, which are not imported yet");
    if (this.#planned.survey.roots.has(record.ts)) this.#roots.set(record.ts, common.senderId);
    // Only members write: he came back, and no record tells of it.
    const back = this.#joined(author.id, `${key}:join`);
    return { commands: "commands" in back ? [...back.commands, ...posts] : posts };
  }

  /** A reply's root by its key. Without its root a reply is a message like others. */
  #replyTo({ ts, thread_ts }: SlackRecord, name: string) {
    if (!thread_ts || thread_ts === ts) return {};
    const senderId = this.#roots.get(thread_ts);
    if (senderId) return { replyTo: { senderId, clientMessageId: recordKey(this.#planned.channel.id, thread_ts) } };
    this.#notes.add("replies whose root is not there became plain messages", name);
    return {};
  }

  #mentions(mentioned: string[], name: string): string[] {
    const members = mentioned.filter((id) => this.#inside.has(id)).map((id) => this.#id(id));
    if (members.length > MENTIONS) this.#notes.add(`messages kept the first ${MENTIONS} of their mentions`, name);
    return members.slice(0, MENTIONS);
  }

  #join = (principalId: string, role: "owner" | "member", commandId: string): Imported => ({
    type: "join",
    at: this.#time(),
    senderId: principalId,
    commandId,
    principalId,
    role,
  });

  #leave = (principalId: string, commandId: string): Imported => ({
    type: "leave",
    at: this.#time(),
    senderId: principalId,
    commandId,
    principalId,
  });

  #role = (slackId: string) =>
    this.#planned.creatorStays && slackId === this.#planned.creator ? ("owner" as const) : ("member" as const);

  #time = (): string => new Date(this.#at).toISOString();

  #id(slackId: string): string {
    const id = this.#principals.ids.get(slackId);
    if (id === undefined) throw new Error(`${slackId} is in the archive and was not planned`);
    return id;
  }
}

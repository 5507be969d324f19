import type { Imported } from "../../../contract/actions.ts";
import { MENTIONS } from "../../../contract/limits.ts";
import type { Author } from "./kinds.ts";
import type { Names } from "./markup.ts";
import { recordKey } from "./names.ts";
import type { Notes } from "./notes.ts";
import { Pending } from "./pending.ts";
import type { PlannedChannel } from "./plan.ts";
import { reactionsOf } from "./reactions.ts";
import { type SlackRecord, timeOf } from "./records.ts";
import { type Edit, editOf, type Post, said } from "./said.ts";
import type { Elsewhere } from "./settings.ts";

/** What telling a message takes of its channel at that moment. */
export type Moment = {
  by(slackId: string, key: string): Elsewhere;
  /** The ids of those among them who are in it. */
  idsInside(slackIds: string[]): string[];
};

/** What is said in a channel: messages in their threads, reactions, and edits when their time has come. */
export class Messages {
  readonly #planned: PlannedChannel;
  readonly #names: Names;
  readonly #notes: Notes;
  readonly #moment: Moment;
  /** Senders of the messages that threads hang on, by their time. */
  readonly #roots = new Map<string, string>();
  /** Edits of messages that are told already, until their time. */
  readonly #edits = new Pending<Edit>();

  constructor(planned: PlannedChannel, names: Names, notes: Notes, moment: Moment) {
    this.#planned = planned;
    this.#names = names;
    this.#notes = notes;
    this.#moment = moment;
  }

  /** @returns its posts, the one that stands for it, the reactions to it, whether commands name it; or why there are none */
  tell(record: SlackRecord, what: { author: Author; me: boolean }, key: string) {
    const { author } = what;
    const name = `${this.#planned.label} ${record.ts}`;
    const content = said(record, what, key, this.#names, { notes: this.#notes, name });
    if ("nothing" in content) return content;
    const { at, senderId } = this.#moment.by(author.id, key);
    const mentions = this.#mentions(content.mentioned, name);
    const common = { type: "post" as const, at, senderId, mentions, ...this.#replyTo(record, name) };
    const posts = content.parts.map((part): Post => ({ ...common, ...part }));
    const main = posts.at(-1);
    if (!main) throw new Error("a message has a part at least");
    const isRoot = this.#planned.survey.roots.has(record.ts);
    if (isRoot) this.#roots.set(record.ts, senderId);
    const reactions = this.#reactions(record, senderId, key, name);
    const isEdited = this.#edited(record, author, posts);
    return { posts, main, reactions, named: isRoot || isEdited || reactions.length > 0 };
  }

  /** Edits up to a time; without one all that are left. */
  due(ts?: string): Edit[] {
    return this.#edits.take(ts);
  }

  /** Slack tells when and by whom a message was edited last, not what it said before: it has its last text from the start. */
  #edited(record: SlackRecord, author: Author, posts: Post[]): boolean {
    const edit = editOf(record, author);
    if (!edit) return false;
    this.#notes.add("edited messages came in their last version");
    const at = new Date(timeOf(edit.ts)).toISOString();
    for (const { senderId, clientMessageId, text, data, mentions } of posts) {
      const commandId = `${clientMessageId}:edited:${edit.ts}`;
      const target = { senderId, clientMessageId };
      const by = { ...this.#moment.by(edit.editor, commandId), at };
      this.#edits.add(edit.ts, { type: "edit", ...by, target, text, ...(data && { data }), mentions });
    }
    return true;
  }

  /** Slack doesn't tell when somebody reacted: it stands right behind the message, at its time. */
  #reactions(record: SlackRecord, senderId: string, key: string, name: string): Imported[] {
    const { reacted, unnamed, cut } = reactionsOf(record);
    if (unnamed > 0) this.#notes.add("messages came without reactions of people whom the archive doesn't name", name);
    if (cut > 0) this.#notes.add("messages have reactions whose names were cut", name);
    const target = { senderId, clientMessageId: key };
    return reacted.map(({ slackId, emoji, key: suffix }) => {
      return { type: "react", ...this.#moment.by(slackId, `${key}:${suffix}`), target, emoji };
    });
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
    const members = this.#moment.idsInside(mentioned);
    if (members.length > MENTIONS) this.#notes.add(`messages kept the first ${MENTIONS} of their mentions`, name);
    return members.slice(0, MENTIONS);
  }
}

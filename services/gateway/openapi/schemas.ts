import type { TSchema } from "typebox";
import * as binding from "../../../contract/binding.ts";
import * as conversation from "../../../contract/conversation.ts";
import * as entry from "../../../contract/entry.ts";
import { FieldFault, Problem, ProblemDetails, Refused, TopicReceipts, Unseen } from "../../../contract/errors.ts";
import * as group from "../../../contract/group.ts";
import * as presence from "../../../contract/presence.ts";
import * as principal from "../../../contract/principal.ts";
import * as scalars from "../../../contract/scalars.ts";
import { TopicPattern } from "../../../contract/topic.ts";

/** A JSON Schema (2020-12) as it stands in the document. */
export type Schema = { [keyword: string]: unknown };

const { Page } = scalars;

/** What the contract's shapes are called in the document, and what is said of them there. */
export const named: Record<string, [schema: TSchema, description: string]> = {
  Id: [scalars.Id, "UUIDv7 (RFC 9562), lower case"],
  Seq: [scalars.Seq, "Position in a conversation's log, from 1 without a gap"],
  CursorSeq: [scalars.CursorSeq, "A reader's position in a log; 0 is before the first entry"],
  Time: [scalars.Time, "RFC 3339, UTC, milliseconds"],
  Hash: [scalars.Hash, "Hex SHA-256"],
  Head: [scalars.Head, "The last entry of a conversation"],
  ClientMessageId: [scalars.ClientMessageId, "What a sender calls a message, so that a repeat is recognised"],
  Handle: [scalars.Handle, "The bare form of a handle"],
  GivenHandle: [principal.GivenHandle, "A handle; a leading `@` is taken off, upper case is folded"],
  PrincipalAddress: [scalars.PrincipalAddress, "`@ana`: a principal wherever one is addressed"],
  Limit: [scalars.Limit, "Items of a page at most; 50 if nothing is said"],
  Cursor: [scalars.Cursor, "The `next` of the page before"],
  Kind: [entry.Kind, "What a conversation is"],
  Role: [entry.Role, "What a member may do"],
  Text: [entry.Text, "Text of a message, in code points"],
  Data: [entry.Data, "For applications: at most 32 KiB in RFC 8785 form"],
  Emoji: [entry.Emoji, "1 to 32 code points without control, space or `/`"],
  Entry: [entry.WireEntry, "A line of a log; `body` is absent where a later edit or redaction overtook it"],
  EntryPage: [Page(entry.WireEntry), "Entries, ascending"],
  Receipt: [entry.Receipt, "Where a message is stored; `hash` is an anchor for `verify`"],
  TopicReceipts: [
    TopicReceipts,
    "What became of a message to a topic: receipts of conversations that its sender is in, and bare numbers of the others",
  ],
  Refused: [Refused, "A conversation that refused a message to a topic"],
  Unseen: [Unseen, "In how many conversations that one is not in it was stored, and how many refused it"],
  TopicPattern: [TopicPattern, "1 to 16 tokens joined by `.`; `*` is any one token, a last `>` one or more"],
  NewBinding: [binding.NewBinding, "A binding to be made"],
  Binding: [binding.Binding, "What is published to the topics of a pattern goes to a conversation"],
  BindingPage: [Page(binding.Binding), "Bindings, by conversation"],
  NewConversation: [conversation.NewConversation, "Which fields a conversation takes depends on its kind"],
  ConversationChange: [conversation.ConversationChange, "All that is given is changed, or nothing of it"],
  Conversation: [conversation.Conversation, "A conversation as one of its members sees it"],
  ConversationPage: [Page(conversation.Conversation), "Conversations, by id"],
  Listing: [conversation.Listing, "A public conversation for who may find and join it; `role` is the caller's"],
  ListingPage: [Page(conversation.Listing), "Public conversations"],
  Outside: [conversation.Outside, "A group's conversation as an administrator sees it who isn't in it"],
  Member: [conversation.Member, "A member of a conversation"],
  MemberPage: [Page(conversation.Member), "Members of a conversation"],
  Message: [conversation.Message, "A message as it is now: its last version, with what later entries made of it"],
  MessagePage: [Page(conversation.Message), "Messages, ascending"],
  ReadState: [conversation.ReadState, "How far one has read, and what is unread"],
  Verdict: [conversation.Verdict, "Whether a log is as it was written; else where it differs first, and in what"],
  GivenGroupName: [group.GivenGroupName, "A group's name; a leading `group:` is taken off, upper case is folded"],
  Group: [group.Group, "A group; `conversationId` is for its members and for administrators"],
  GroupPage: [Page(group.Group), "Groups, by name"],
  GroupMembers: [group.GroupMembers, "Who is to be in a group; where there are `writers`, they alone write"],
  Choice: [presence.Choice, "How one is here; `until` is when text and itself are no longer shown"],
  Presence: [presence.Presence, "What others see of a principal; only who is offline was last seen some time ago"],
  PresencePage: [Page(presence.Presence), "Presences, in the order asked for; always one page"],
  PrincipalKind: [principal.PrincipalKind, "What a principal is"],
  PrincipalRole: [principal.PrincipalRole, "Whether a principal administers the system"],
  Principal: [principal.Principal, "A person or an application"],
  PrincipalPage: [Page(principal.Principal), "Principals"],
  NewPrincipal: [principal.NewPrincipal, "A principal to be made"],
  PrincipalChange: [principal.PrincipalChange, "What is to be changed of a principal"],
  Scope: [principal.Scope, "What a token allows"],
  Token: [principal.Token, "A token as it is listed, without its secret"],
  TokenPage: [Page(principal.Token), "Tokens of a principal"],
  NewToken: [principal.NewToken, "A token to be made; without `scopes` it allows all that its principal may"],
  Problem: [
    Problem,
    "RFC 9457 problem details; of a message to a topic that could not be stored everywhere also what became of it, and " +
      "the `clientMessageId` with which the same finishes it",
  ],
  ProblemDetails: [ProblemDetails, "RFC 9457 problem details"],
  FieldFault: [FieldFault, "What is wrong with one field"],
};

/** TypeBox copies a schema where it makes it optional, so equals are one. */
const names = new Map(Object.entries(named).map(([name, [schema]]) => [JSON.stringify(schema), name]));

/** The schemas of one document: each shape that has a name stands once, and is referred to. */
export class Schemas {
  readonly #used = new Map<string, Schema>();

  /** A schema as the document shows it: of what TypeBox makes, plain JSON Schema. */
  show(schema: TSchema): Schema {
    const plain: Schema = JSON.parse(JSON.stringify(schema));
    return this.#shown(plain);
  }

  /** All that was referred to, by name. */
  get components(): Record<string, Schema> {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #shown(schema: Schema): Schema {
    const name = names.get(JSON.stringify(schema));
    if (name === undefined) return this.#inside(schema);
    if (!this.#used.has(name)) this.#used.set(name, { description: named[name]?.[1], ...this.#inside(schema) });
    return { $ref: `#/components/schemas/${name}` };
  }

  #inside({ anyOf, enum: values, properties, items, patternProperties, ...own }: Schema): Schema {
    if (Array.isArray(anyOf)) return { ...own, ...this.#choice(anyOf.filter(isSchema)) };
    if (Array.isArray(values)) return { type: "string", ...own, enum: values };
    return {
      ...own,
      ...(isSchema(properties) && { properties: this.#each(properties) }),
      ...(isSchema(items) && { items: this.#shown(items) }),
      // A record of any names: few who read the document know patterns of names.
      ...(isSchema(patternProperties) && { additionalProperties: Object.values(this.#each(patternProperties))[0] }),
    };
  }

  #choice(arms: Schema[]): Schema {
    if (arms.every((arm) => typeof arm.const === "string"))
      return { type: "string", enum: arms.map((arm) => arm.const) };
    const shown = arms.map((arm) => this.#shown(arm));
    return { anyOf: [...new Map(shown.map((arm) => [JSON.stringify(arm), arm])).values()] };
  }

  #each(schemas: Schema): Schema {
    return Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? this.#shown(schema) : schema]),
    );
  }
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

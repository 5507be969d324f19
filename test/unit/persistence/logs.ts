import { v7 as uuidv7 } from "uuid";
import type { Append, AppendedEntry, CommandKey } from "../../../contract/append.ts";
import { link, NOTHING, type Unlinked } from "../../../contract/chain.ts";
import type { Entry, Kind, Role } from "../../../contract/entry.ts";
import type { Head } from "../../../contract/scalars.ts";

const TIME = "2026-01-02T03:04:05.006Z";
const SALT = "AAAAAAAAAAAAAAAAAAAAAA";

type Settings = { kind?: Kind; private?: boolean; name?: string; purpose?: string };
type Message = { text?: string; clientMessageId?: string; replyTo?: number; mentions?: string[]; data?: object };

/** A conversation's log as a router would write it: each call is an append behind the last one. */
export class Log {
  readonly id: string;
  head: Head = NOTHING;
  ordinal = 0;
  /** seq → hash. */
  readonly hashes = new Map<number, string>();
  #count = 0;

  constructor(id: string = uuidv7()) {
    this.id = id;
  }

  create(senderId: string, settings: Settings = {}): Append {
    const { kind = "channel", private: closed = false, ...rest } = settings;
    const body = { kind, private: closed, ...rest };
    const claim = settings.name ? { claim: { name: settings.name, creatorId: senderId } } : {};
    const entries = [{ type: "create" as const, senderId, body }, this.#joined(senderId, senderId, "owner")];
    return { ...this.#append(entries, `create-${this.id}`), ...claim };
  }

  message(senderId: string, message: Message = {}): Append {
    return this.messages([{ senderId, ...message }]);
  }

  messages(messages: (Message & { senderId: string })[]): Append {
    const drafts = messages.map(({ senderId, text = "hello", clientMessageId, replyTo, mentions, data }) => ({
      type: "message" as const,
      senderId,
      clientMessageId: clientMessageId ?? `m${++this.#count}`,
      ...(replyTo === undefined ? {} : { replyTo }),
      body: { text, ...(data ? { data: { ...data } } : {}), ...(mentions ? { mentions } : {}), salt: SALT },
    }));
    return this.#append(drafts);
  }

  join(senderId: string, principalId = senderId, role: Role = "member"): Append {
    return this.#append([this.#joined(senderId, principalId, role)], `join-${++this.#count}`);
  }

  leave(senderId: string, principalId = senderId): Append {
    return this.#append([{ type: "leave", senderId, body: { principalId } }], `leave-${++this.#count}`);
  }

  role(senderId: string, principalId: string, role: Role): Append {
    return this.#append([{ type: "role", senderId, body: { principalId, role } }], `role-${++this.#count}`);
  }

  edit(senderId: string, targetSeq: number, text: string): Append {
    return this.#append([{ type: "edit", senderId, targetSeq, body: { text, salt: SALT } }], `edit-${++this.#count}`);
  }

  redact(senderId: string, targetSeq: number): Append {
    return this.#append([{ type: "redact", senderId, targetSeq, body: {} }], `redact-${++this.#count}`);
  }

  react(senderId: string, targetSeq: number, emoji: string, on = true): Append {
    return this.#append([{ type: "reaction", senderId, targetSeq, body: { emoji, on } }], `react-${++this.#count}`);
  }

  pin(senderId: string, targetSeq: number, on = true): Append {
    return this.#append([{ type: "pin", senderId, targetSeq, body: { on } }], `pin-${++this.#count}`);
  }

  /** No entries: confirms the head and looks the keys up. */
  confirm(keys: CommandKey[] = []): Append {
    return { conversationId: this.id, head: this.head, entries: [], keys };
  }

  #joined(senderId: string, principalId: string, role: Role): Draft {
    return { type: "join", senderId, body: { principalId, role } };
  }

  #append(drafts: Draft[], commandId?: string): Append {
    const head = this.head;
    const entries = drafts.map((draft, index) => this.#next(draft, index === 0 ? commandId : undefined));
    const keys = entries.flatMap(({ entry, commandId }) => keysOf(entry, commandId));
    return { conversationId: this.id, head, entries, keys };
  }

  #next(draft: Draft, commandId: string | undefined): AppendedEntry {
    const entry = link(this.head, { ...draft, conversationId: this.id, sentAt: TIME });
    this.head = { seq: entry.seq, hash: entry.hash };
    this.hashes.set(entry.seq, entry.hash);
    if (entry.type === "message") this.ordinal += 1;
    return { entry, ordinal: this.ordinal, ...(commandId === undefined ? {} : { commandId }) };
  }
}

type Draft = Unlinked extends infer U ? (U extends Unlinked ? Omit<U, "conversationId" | "sentAt"> : never) : never;

function keysOf(entry: Entry, commandId: string | undefined): CommandKey[] {
  if (entry.type === "message" && entry.clientMessageId !== undefined) {
    return [{ senderId: entry.senderId, clientMessageId: entry.clientMessageId }];
  }
  return commandId === undefined ? [] : [{ commandId }];
}

/** Principals to write with. */
export const people = (count: number): string[] => Array.from({ length: count }, () => uuidv7()).sort();

import {
  type Append,
  type Appended,
  type AppendedEntry,
  type CommandKey,
  type Fact,
  type Loaded,
  type Met,
  type Roles,
  remember,
  type Target,
} from "../../contract/append.ts";
import { NOTHING } from "../../contract/chain.ts";
import type { Entry } from "../../contract/entry.ts";
import type { Announcement, Notice } from "../../contract/events.ts";
import { activate } from "../../services/router/activate.ts";
import { evolve } from "../../services/router/conversation/evolve.ts";
import { draftOf, type State, unborn } from "../../services/router/conversation/state.ts";
import type { World } from "../../services/router/turn.ts";

/**
 * The log of several conversations in memory, with the meaning that persistence gives to an append: what a router's
 * turn is tested on, and what persistence itself can be compared with.
 */
export class MemoryLog implements World {
  readonly logs = new Map<string, AppendedEntry[]>();
  readonly announced: Announcement[] = [];
  readonly notified: (Notice & { principalId: string })[] = [];
  readonly importing = new Map<string, boolean>();
  /** Conversations that are groups'. */
  readonly groups = new Set<string>();
  readonly taken = new Map<string, string>();
  /** Called before each append; may write as another owner would, or throw. */
  before: (append: Append) => void = () => {};
  clock = Date.parse("2026-01-01T00:00:00.000Z");

  now = () => new Date(this.clock++);
  announce = (announcement: Announcement) => void this.announced.push(announcement);
  notify = (principalId: string, notice: Notice) => void this.notified.push({ ...notice, principalId });

  entries(conversationId: string): Entry[] {
    return this.#log(conversationId).map(({ entry }) => entry);
  }

  async append(append: Append): Promise<Appended> {
    this.before(append);
    const log = this.#log(append.conversationId);
    const met = append.keys.flatMap((key) => this.#met(log, key));
    if (met.length > 0) return { outcome: "met", met };
    const head = log.at(-1)?.entry ?? NOTHING;
    if (head.seq !== append.head.seq || head.hash !== append.head.hash) return { outcome: "stale" };
    if (append.claim) {
      const claim = "directKey" in append.claim ? append.claim.directKey : `#${append.claim.name}`;
      const holder = this.taken.get(claim);
      if (holder) return { outcome: "taken", conversationId: "directKey" in append.claim ? holder : null };
      if (append.entries.length > 0) this.taken.set(claim, append.conversationId);
    }
    log.push(...append.entries);
    this.logs.set(append.conversationId, log);
    if (append.importing !== undefined) this.importing.set(append.conversationId, append.importing);
    return { outcome: "appended" };
  }

  async facts(conversationId: string, seqs: number[]): Promise<Fact[]> {
    return this.entries(conversationId)
      .filter(({ seq, type }) => type === "message" && seqs.includes(seq))
      .map(({ seq, senderId, replyTo }) => ({ seq, senderId, replyTo }));
  }

  async targets(conversationId: string, seqs: number[]): Promise<Target[]> {
    const draft = draftOf(unborn(conversationId));
    for (const entry of this.entries(conversationId)) evolve(draft, entry);
    return seqs.map((seq) => draft.targets.get(seq)).filter((target) => target !== undefined);
  }

  async load(conversationId: string): Promise<Loaded | null> {
    const log = this.#log(conversationId);
    const [first, last] = [log[0], log.at(-1)];
    if (first?.entry.type !== "create" || !last) return null;
    const draft = draftOf(unborn(conversationId));
    for (const { entry } of log) evolve(draft, entry);
    const { kind, private: isPrivate, name, purpose, archived } = draft.settings ?? never();
    return {
      head: { seq: last.entry.seq, hash: last.entry.hash },
      ordinal: last.ordinal,
      sentAt: last.entry.sentAt,
      kind,
      private: isPrivate,
      name,
      purpose,
      archived,
      importing: this.importing.get(conversationId) ?? false,
      creatorId: first.entry.senderId,
      group: this.groups.has(conversationId),
      recent: log.slice(-20),
    };
  }

  async roles(conversationId: string): Promise<{ roles: Roles; next: null }> {
    const members = new Map<string, Roles[number]>();
    for (const { type, body, seq } of this.entries(conversationId)) {
      if (type === "join") members.set(body.principalId, [body.principalId, body.role, seq]);
      if (type === "leave") members.delete(body.principalId);
      if (type === "role")
        members.set(body.principalId, [body.principalId, body.role, members.get(body.principalId)?.[2] ?? 0]);
    }
    return { roles: [...members.values()], next: null };
  }

  activate(conversationId: string): Promise<State> {
    return activate(conversationId, this, this);
  }

  #log(conversationId: string): AppendedEntry[] {
    return this.logs.get(conversationId) ?? [];
  }

  #met(log: AppendedEntry[], key: CommandKey): Met[] {
    const found = log.find(({ entry, commandId }) =>
      "commandId" in key
        ? commandId === key.commandId
        : entry.senderId === key.senderId && entry.clientMessageId === key.clientMessageId,
    );
    return found ? [{ key, entry: remember(found.entry) }] : [];
  }
}

function never(): never {
  throw new Error("a log begins with its creation");
}

import { TYPING_CONVERSATIONS, TYPING_INTERVAL } from "../../../contract/limits.ts";
import type { Choice } from "../../../contract/presence.ts";
import type { ClientFrame } from "../stream/client-frames.ts";
import type { Frame } from "../stream/shared-frame.ts";
import type { Attendance } from "./attendance.ts";
import { Latest } from "./latest.ts";
import type { Watched, Watcher } from "./watched.ts";
import type { Watches } from "./watches.ts";

/** Milliseconds between two choices of one session, and between two lists of whom it watches: each costs others work. */
const CHOICES = 500;
const LISTS = 1_000;

/** What signals ask of the rest of the system. */
export type SignalsBackend = {
  attendance: Pick<Attendance, "came" | "went">;
  watches: Pick<Watches, "watch" | "forget" | "drained">;
  choose(principalId: string, choice: Choice): Promise<unknown>;
  type(principalId: string, conversationId: string): Promise<unknown>;
  failed(error: unknown): void;
};

/** The session whose signals they are. */
type Owner = {
  readonly principalId: string;
  readonly paused: boolean;
  mayType(conversationId: string): boolean;
  write(frame: Frame): void;
  /** It watches more than there is room for: its client is sent away. */
  crowd(): void;
};

type Signal = Extract<ClientFrame, { type: "typing" | "presence" | "watch" }>;

/** What one session says and is told besides messages: that it is there, is typing, and of others the same. */
export class Signals implements Watcher {
  watching = new Set<Watched>();
  readonly missed = new Set<Watched>();
  readonly #owner: Owner;
  readonly #backend: SignalsBackend;
  readonly #choices: Latest<Choice>;
  readonly #lists: Latest<string[]>;
  /** When it was last said to be typing, by conversation (milliseconds, monotonic). */
  readonly #typed = new Map<string, number>();
  #state: "new" | "open" | "closed" = "new";

  constructor(owner: Owner, backend: SignalsBackend) {
    this.#owner = owner;
    this.#backend = backend;
    const { failed } = backend;
    this.#choices = new Latest({
      pause: CHOICES,
      failed,
      work: async (choice) => void (await backend.choose(owner.principalId, choice)),
    });
    this.#lists = new Latest({
      pause: LISTS,
      failed,
      work: async (addresses) => {
        if (!(await backend.watches.watch(this, addresses))) owner.crowd();
      },
    });
  }

  get paused(): boolean {
    return this.#owner.paused;
  }

  get closed(): boolean {
    return this.#state === "closed";
  }

  write(frame: Frame): void {
    this.#owner.write(frame);
  }

  open(): void {
    if (this.#state !== "new") return;
    this.#state = "open";
    this.#backend.attendance.came(this.#owner.principalId);
  }

  close(): void {
    if (this.#state === "open") this.#backend.attendance.went(this.#owner.principalId);
    this.#state = "closed";
    // What was chosen last still holds.
    this.#lists.close();
    this.#backend.watches.forget(this);
  }

  drained(): void {
    this.#backend.watches.drained(this);
  }

  take({ frame }: Signal): void {
    switch (frame.type) {
      case "typing":
        this.#type(frame.conversationId, performance.now());
        break;
      case "presence": {
        const { type: _type, ...choice } = frame;
        this.#choices.push(choice);
        break;
      }
      case "watch":
        this.#lists.push(frame.principals);
        break;
    }
  }

  /** What comes too often, from too many places or of what one isn't in is dropped, without a word. */
  #type(conversationId: string, now: number): void {
    for (const [id, at] of this.#typed) if (now - at >= TYPING_INTERVAL) this.#typed.delete(id);
    if (this.#typed.has(conversationId) || this.#typed.size >= TYPING_CONVERSATIONS) return;
    if (!this.#owner.mayType(conversationId)) return;
    this.#typed.set(conversationId, now);
    this.#backend.type(this.#owner.principalId, conversationId).catch(this.#backend.failed);
  }
}

import type { Entry } from "../../../contract/entry.ts";
import { refuse } from "../../../contract/errors.ts";
import type { Notice } from "../../../contract/events.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import type { Audience, Tally } from "../../../services/gateway/stream/audience.ts";
import { CatchUp } from "../../../services/gateway/stream/catch-up.ts";
import { Hub } from "../../../services/gateway/stream/hub.ts";
import type { HeadOf, Log } from "../../../services/gateway/stream/log.ts";
import type { Arriving } from "../../../services/gateway/stream/online.ts";
import type { Frame } from "../../../services/gateway/stream/shared-frame.ts";

/** A log in memory, a fan-out that may lose what it is given, and sessions that write down what they are told. */

const HASH = "0".repeat(64);
/** Entries that one read gives: few, so that catching up takes several. */
const PAGE = 3;

export type What = "message" | { join: string } | { leave: string };

export function entry(conversationId: string, seq: number, what: What): Entry {
  const line = { conversationId, seq, senderId: "somebody", sentAt: "2026-01-01T00:00:00.000Z" };
  const hashes = { bodyHash: HASH, prevHash: HASH, hash: HASH };
  if (what === "message") return { ...line, ...hashes, type: "message", body: { text: `${seq}`, salt: "s" } };
  if ("join" in what) return { ...line, ...hashes, type: "join", body: { principalId: what.join, role: "member" } };
  return { ...line, ...hashes, type: "leave", body: { principalId: what.leave } };
}

export function parsed(frame: Frame): ServerFrame {
  const length = frame[1] ?? 0;
  return JSON.parse(frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10).toString());
}

/** The last entry of a log that let a principal in or out. */
const lastMove = (log: readonly Entry[], principalId: string): Entry | undefined =>
  log.findLast(({ body }) => "principalId" in body && body.principalId === principalId);

/** A call that waits to be answered: it looks at the log when it is looked up, and answers later. */
type Pending = { lookUp?: () => void; answer: () => void };

/** Counts as a gateway does. */
export class Tallied implements Tally {
  total = { delivered: 0, repeated: 0, repaired: 0 };
  delivered(entries: number): void {
    this.total.delivered += entries;
  }
  repeated(entries: number): void {
    this.total.repeated += entries;
  }
  repaired(entries: number): void {
    this.total.repaired += entries;
  }
}

export class World {
  readonly logs = new Map<string, Entry[]>();
  readonly pending: Pending[] = [];
  readonly #fanOut = new LocalFanOut();
  readonly #late: (() => void)[] = [];
  readonly hub: Hub;
  readonly failures: unknown[] = [];

  readonly log: Log = {
    read: (principalId, conversationId, after) =>
      this.#ask(() => {
        if (!this.isMember(principalId, conversationId)) throw refuse("not-found", "There is no such conversation");
        return (this.logs.get(conversationId) ?? []).slice(after, after + PAGE);
      }),
    heads: (principalId) =>
      this.#ask(() =>
        [...this.logs].flatMap(([conversationId, log]): HeadOf[] =>
          this.isMember(principalId, conversationId)
            ? [{ conversationId, head: { seq: log.length }, from: lastMove(log, principalId)?.seq ?? 1 }]
            : [],
        ),
      ),
  };

  /** What was counted of entries. */
  readonly counted = new Tallied();

  constructor() {
    const failed = (error: unknown) => this.failures.push(error);
    this.hub = new Hub({ fanOut: this.#fanOut, log: this.log, failed, tally: this.counted });
  }

  isMember(principalId: string, conversationId: string): boolean {
    return lastMove(this.logs.get(conversationId) ?? [], principalId)?.type === "join";
  }

  /** Commits entries, and tells of them: now, later, never, or only where the log ends. */
  commit(conversationId: string, whats: What[], told: "now" | "late" | "never" | "head" = "now"): void {
    const log = this.logs.get(conversationId) ?? [];
    this.logs.set(conversationId, log);
    const entries = whats.map((what, index) => entry(conversationId, log.length + 1 + index, what));
    log.push(...entries);
    const tell = () => this.#tell(conversationId, log, entries, told === "head");
    if (told === "late") this.#late.push(tell);
    else if (told !== "never") tell();
  }

  #tell(conversationId: string, log: Entry[], entries: Entry[], headOnly: boolean): void {
    const head = { seq: entries.at(-1)?.seq ?? log.length, hash: HASH };
    this.#fanOut.announce({ conversationId, head, entries: headOnly ? [] : entries });
    for (const { type, seq, body } of entries) {
      if (!("principalId" in body)) continue;
      const where = { conversationId, seq };
      const notice: Notice =
        type === "join" ? { type: "joined", ...where, from: seq, role: "member" } : { type: "left", ...where };
      this.#fanOut.notify(body.principalId, notice);
    }
  }

  /** What was held back is told, in the order of `which`. */
  tellLate(which = 0): void {
    const [tell] = this.#late.splice(which % Math.max(1, this.#late.length), 1);
    tell?.();
  }

  /** One of the calls under way gets on: first it looks at the log, then it is answered. */
  step(which: number): void {
    const index = which % Math.max(1, this.pending.length);
    const call = this.pending[index];
    if (call?.lookUp) {
      call.lookUp();
      call.lookUp = undefined;
    } else if (call) {
      this.pending.splice(index, 1);
      call.answer();
    }
  }

  /** Lets everything come to rest. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      while (this.#late.length > 0) this.tellLate();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.pending.length === 0) quiet++;
      else {
        quiet = 0;
        this.step(0);
      }
    }
  }

  #ask<T>(look: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let answer = () => reject(new Error("answered before it was looked up"));
    const lookUp = () => {
      try {
        const found = look();
        answer = () => resolve(found);
      } catch (error) {
        answer = () => reject(error);
      }
    };
    this.pending.push({ lookUp, answer: () => answer() });
    return promise;
  }
}

/** A session without a socket, and what it was told, each with what the log held then. */
export class FakeSession implements Arriving {
  readonly id: string;
  readonly principalId: string;
  readonly audiences = new Set<Audience>();
  readonly behind = new Set<Audience>();
  readonly told: ServerFrame[] = [];
  readonly faults: string[] = [];
  heads: Record<string, number> | undefined;
  closed = false;
  restarted = false;
  #paused = false;
  readonly #world: World;
  readonly #catchUp: CatchUp;
  /** By conversation: the last seq, or null where it joined and any may come first. */
  readonly #positions = new Map<string, number | null>();

  constructor(id: string, principalId: string, world: World) {
    this.id = id;
    this.principalId = principalId;
    this.#world = world;
    this.#catchUp = new CatchUp(this, { read: world.log.read, failed: (error) => world.failures.push(error) });
  }

  open(cursors: Record<string, number> = {}): void {
    const greet = (heads: HeadOf[]) => {
      this.heads = Object.fromEntries(heads.map(({ conversationId, head }) => [conversationId, head.seq]));
      for (const [id, head] of Object.entries(this.heads)) this.#positions.set(id, Math.min(cursors[id] ?? head, head));
    };
    void this.#world.hub.open(this, new Map(Object.entries(cursors)), greet);
  }

  close(): void {
    this.closed = true;
    this.#catchUp.close();
    this.#world.hub.close(this);
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.#catchUp.go();
  }

  restart(): void {
    this.restarted = true;
    this.close();
  }

  catchUp(): void {
    this.#catchUp.go();
  }

  /** Where it stands in a conversation; undefined where it is out. */
  position(conversationId: string): number | null | undefined {
    return this.#positions.get(conversationId);
  }

  write(frame: Frame): void {
    const told = parsed(frame);
    this.told.push(told);
    if (this.closed) this.faults.push(`${told.type} after its end`);
    if (!this.heads) this.faults.push(`${told.type} before ready`);
    if (told.type === "joined") this.#joined(told.conversationId);
    if (told.type === "left") this.#left(told.conversationId);
    if (told.type === "entries") for (const { seq } of told.entries) this.#entry(told.conversationId, seq);
  }

  #joined(conversationId: string): void {
    if (this.#positions.has(conversationId)) this.faults.push(`${conversationId}: joined twice`);
    this.#positions.set(conversationId, null);
  }

  #left(conversationId: string): void {
    if (!this.#positions.delete(conversationId)) this.faults.push(`${conversationId}: left, but was not in`);
  }

  #entry(conversationId: string, seq: number): void {
    const at = this.#positions.get(conversationId);
    const log = this.#world.logs.get(conversationId) ?? [];
    const move = lastMove(log, this.principalId);
    if (at === undefined) this.faults.push(`${conversationId}: ${seq} while out`);
    else if (at !== null && seq !== at + 1) this.faults.push(`${conversationId}: ${seq} after ${at}`);
    if (at === null && lastMove(log.slice(0, seq), this.principalId)?.seq !== seq)
      this.faults.push(`${conversationId}: begins with ${seq}, which is not its join`);
    if (move?.type !== "join" && seq > (move?.seq ?? 0)) this.faults.push(`${conversationId}: ${seq} to a stranger`);
    this.#positions.set(conversationId, seq);
  }
}

import { BEAT_BYTES } from "../../../contract/limits.ts";
import type { Beat } from "../../../contract/presence.ts";
import type { Owners } from "../../../mixins/actor/owners.ts";

/** Milliseconds between two beats: presence believes a session for a few of them. */
const BEAT = 5_000;
/** Milliseconds between two looks whether the presence nodes have changed: new owners are told at once. */
const LOOK = 500;
/** Milliseconds in which comings and goings are gathered: a storm of them is told in few messages. */
const GATHER = 100;
/** Milliseconds after which it is no longer said that somebody has gone. */
const GONE = 12_000;
/** Bytes in JSON of one who is here, and of one who has gone. */
const HERE_BYTES = 39;
const GONE_BYTES = 80;

type Options = {
  gateway: string;
  owners: Pick<Owners, "group" | "forget">;
  nodes(): string[];
  tell(node: string, beat: Beat): Promise<unknown>;
  failed(error: unknown): void;
};

/**
 * Who has a session at this gateway. Presence nodes are told of changes soon, and every few seconds of all: one message to
 * each node, of those whom it owns, also if there are none. What is lost is in the next beat.
 */
export class Attendance {
  readonly #options: Options;
  /** How many sessions each principal has. */
  readonly #sessions = new Map<string, number>();
  /** When the last one of those ended who have none (milliseconds, monotonic). */
  readonly #gone = new Map<string, number>();
  readonly #changed = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #nodes = "";
  #beaten = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#looking = setInterval(() => this.#look(), LOOK);
  }

  stop(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#gathering);
  }

  /** A session of his has begun. */
  came(principalId: string): void {
    const sessions = this.#sessions.get(principalId) ?? 0;
    this.#sessions.set(principalId, sessions + 1);
    this.#gone.delete(principalId);
    if (sessions === 0) this.#change(principalId);
  }

  /** One has ended. */
  went(principalId: string): void {
    const sessions = this.#sessions.get(principalId) ?? 0;
    if (sessions > 1) {
      this.#sessions.set(principalId, sessions - 1);
      return;
    }
    this.#sessions.delete(principalId);
    this.#gone.set(principalId, performance.now());
    this.#change(principalId);
  }

  /** Tells of the changes that were gathered. */
  async flush(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    await this.#tell(changed, false);
  }

  /** Tells of all who are there. */
  async beat(): Promise<void> {
    const now = performance.now();
    for (const [principalId, at] of this.#gone) if (now - at > GONE) this.#forget(principalId);
    await this.#tell([...this.#sessions.keys(), ...this.#gone.keys()], true);
  }

  #change(principalId: string): void {
    this.#changed.add(principalId);
    this.#gathering ??= setTimeout(() => void this.flush(), GATHER);
  }

  #look(): void {
    const nodes = this.#options.nodes().join("\n");
    const now = performance.now();
    if (nodes === this.#nodes && now - this.#beaten < BEAT) return;
    this.#nodes = nodes;
    this.#beaten = now;
    void this.beat();
  }

  #forget(principalId: string): void {
    this.#gone.delete(principalId);
    this.#options.owners.forget(principalId);
  }

  async #tell(principalIds: Iterable<string>, whole: boolean): Promise<void> {
    const groups = this.#options.owners.group(principalIds);
    await Promise.all(
      [...groups].map(async ([node, mine]) => {
        if (!whole && mine.length === 0) return;
        try {
          for (const beat of this.#beats([...groups.keys()], mine, whole)) await this.#options.tell(node, beat);
        } catch (error) {
          this.#options.failed(error);
        }
      }),
    );
  }

  /** As few messages as fit; the last one says that these were all. */
  *#beats(nodes: string[], principalIds: string[], whole: boolean): Generator<Beat> {
    const { gateway } = this.#options;
    const now = performance.now();
    let beat: Beat = { gateway, nodes, here: [], gone: [], whole: false };
    let bytes = 0;
    for (const principalId of principalIds) {
      const at = this.#gone.get(principalId);
      const size = at === undefined ? HERE_BYTES : GONE_BYTES;
      if (bytes + size > BEAT_BYTES) {
        yield beat;
        beat = { gateway, nodes, here: [], gone: [], whole: false };
        bytes = 0;
      }
      if (at === undefined) beat.here.push(principalId);
      else beat.gone.push({ principalId, ago: Math.round(now - at) });
      bytes += size;
    }
    yield { ...beat, whole };
  }
}

import type { Beat, Heads } from "../../contract/presence.ts";
import { Leases } from "./leases.ts";
import type { Attendance } from "./principal/state.ts";

/** Milliseconds. */
export type Times = {
  /** Between two looks at what has run out. */
  sweep: number;
  /** From one look to the next: after as much the process slept, and others may have taken its place. */
  sleep: number;
  /** A lease without a beat. Less than the 30 s of the contract; more than a few beats and 10 s to come back elsewhere. */
  lease: number;
  /** After the last session's goodbye: within 10 s he was never away. So long a new owner waits to be told of all, too. */
  linger: number;
  /** Without a beat of a gateway that lives: then it is not known who has a session. */
  silence: number;
};
export const times: Times = { sweep: 1_000, sleep: 3_000, lease: 20_000, linger: 12_000, silence: 15_000 };

/** Milliseconds by which the clocks of two nodes may differ. */
const SKEW = 2_000;

type Surroundings = {
  /** Whether this node owns a principal, as it sees the nodes. */
  owns(principalId: string): boolean;
  /** Presence nodes, and gateways, that there are. */
  nodes(): readonly string[];
  gateways(): readonly string[];
  /** Whether this node could hear anybody. */
  connected(): boolean;
};

/**
 * Who is here, by what gateways tell this node. It says `gone` only where it would have heard of a session: it owns the
 * principal, has listened for long enough to have been told, and has heard from every gateway that lives, since the time
 * for which somebody else may have seen him.
 */
export class RollCall {
  readonly #times: Times;
  readonly #surroundings: Surroundings;
  #leases = new Leases();
  /** When each gateway last told of all of this node's who are there. */
  readonly #heard = new Map<string, number>();
  /** Whose last lease has run out, and when: until all gateways have told of all since, he may be at another one. */
  readonly #lapsed = new Map<string, number>();
  /** Whose attendance may have changed. */
  readonly #moved = new Set<string>();
  #now = 0;
  /** Since when it listens, as one of the presence nodes that there are. */
  #since = 0;
  #nodes = "";
  /** All that gateways knew at this time, it has been told. */
  #informed = Number.NEGATIVE_INFINITY;
  #counted = false;

  constructor(surroundings: Surroundings, limits: Times = times) {
    this.#surroundings = surroundings;
    this.#times = limits;
  }

  /** @param time milliseconds since 1970 */
  beat({ gateway, nodes, here, gone, whole }: Beat, time: number): void {
    this.#wake(time);
    const { lease, linger } = this.#times;
    for (const principalId of here)
      if (this.#leases.grant(principalId, gateway, time + lease)) this.#moved.add(principalId);
    for (const { principalId, ago } of gone) {
      const end = time + linger - ago;
      // A goodbye that is over is repeated for a while: it is no news.
      if (end <= time && !this.#leases.has(principalId, time)) continue;
      if (this.#leases.grant(principalId, gateway, end)) this.#moved.add(principalId);
    }
    // Who sees other nodes than this one does may have told another of some.
    if (whole && nodes.join("\n") === this.#surroundings.nodes().join("\n")) this.#heard.set(gateway, time);
  }

  /** @param seen when he was last kept as here */
  of(principalId: string, seen: string | null = null): Attendance {
    if (this.#leases.has(principalId, this.#now)) return "here";
    if (!this.#settled || this.#lapsed.has(principalId) || !this.#surroundings.owns(principalId)) return "unsure";
    return seen === null || Date.parse(seen) + SKEW < this.#informed ? "gone" : "unsure";
  }

  /** The same, to act on it: who isn't known of is looked at again. */
  judge(principalId: string, seen: string | null): Attendance {
    const attendance = this.of(principalId, seen);
    if (attendance === "unsure") this.#moved.add(principalId);
    return attendance;
  }

  /** The gateways where he has a session. */
  gateways(principalId: string): string[] {
    return this.#leases.gateways(principalId, this.#now);
  }

  count(): Heads {
    return { principals: this.#leases.size, gateways: this.#leases.count() };
  }

  /** Those owned here who have a session. */
  present(): string[] {
    return [...this.#leases.principals()].filter((principalId) => this.#surroundings.owns(principalId));
  }

  /** @param time milliseconds since 1970 */
  sweep(time: number): void {
    const { nodes, gateways, connected } = this.#surroundings;
    if (!connected()) {
      this.#beginAnew(time);
      return;
    }
    this.#wake(time);
    if (this.#hasMoved) this.#listen(time);
    this.#nodes = nodes().join("\n");
    this.#now = time;
    const living = gateways();
    this.#informed = Math.min(time, ...living.map((gateway) => this.#heard.get(gateway) ?? Number.NEGATIVE_INFINITY));
    for (const gateway of this.#heard.keys()) if (!living.includes(gateway)) this.#heard.delete(gateway);
    for (const [principalId, at] of this.#lapsed) if (at < this.#informed) this.#lapsed.delete(principalId);
    for (const principalId of this.#leases.expire(time)) {
      this.#lapsed.set(principalId, time);
      this.#moved.add(principalId);
    }
  }

  /**
   * Whether it is time, once after the nodes have changed, to look for those who are kept as here and were not heard of:
   * their gateway, or what their last owner knew, went with its node.
   */
  countDue(): boolean {
    const due = this.#settled && !this.#counted;
    this.#counted ||= due;
    return due;
  }

  /** The count has failed, and is due again. */
  recount(): void {
    this.#counted = false;
  }

  /** He should be looked at. */
  doubt(principalId: string): void {
    this.#moved.add(principalId);
  }

  /** Takes those whose attendance may have changed, and is known. */
  takeMoved(): string[] {
    const taken: string[] = [];
    for (const principalId of this.#moved) {
      const isKnown = this.of(principalId) !== "unsure";
      if (isKnown) taken.push(principalId);
      // Of others it is another's to say.
      if (isKnown || !this.#surroundings.owns(principalId)) this.#moved.delete(principalId);
    }
    return taken;
  }

  #wake(time: number): void {
    if (Math.abs(time - this.#now) >= this.#times.sleep) this.#beginAnew(time);
  }

  /** What was heard before it could hear nobody is void: gateways tell of all within a few seconds. */
  #beginAnew(time: number): void {
    this.#leases = new Leases();
    this.#lapsed.clear();
    this.#heard.clear();
    this.#informed = Number.NEGATIVE_INFINITY;
    this.#now = time;
    this.#listen(time);
  }

  #listen(time: number): void {
    this.#since = time;
    this.#counted = false;
  }

  /** Whether the presence nodes are others than at the last look. */
  get #hasMoved(): boolean {
    return this.#surroundings.nodes().join("\n") !== this.#nodes;
  }

  get #settled(): boolean {
    const { silence, linger } = this.#times;
    return !this.#hasMoved && this.#now - this.#informed <= silence && this.#now - this.#since >= linger;
  }
}

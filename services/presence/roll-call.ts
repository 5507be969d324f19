import type { Beat } from "../../contract/presence.ts";
import { Leases } from "./leases.ts";
import { ListeningClock } from "./listening-clock.ts";
import type { Attendance } from "./principal/state.ts";

/** Milliseconds. */
export type Times = {
  /** Between two looks at what has run out. */
  sweep: number;
  /** A lease without a beat. Less than the 30 s of the contract; more than a few beats and 10 s to come back elsewhere. */
  lease: number;
  /** After the last session's goodbye: within 10 s he was never away. */
  linger: number;
  /** Without a beat of a gateway that lives: then it is not known who has a session. */
  silence: number;
};
export const times: Times = { sweep: 1_000, lease: 25_000, linger: 12_000, silence: 15_000 };

type Surroundings = {
  /** Whether this node owns a principal, as it sees the nodes. */
  owns(principalId: string): boolean;
  /** Presence nodes, and gateways, that there are. */
  nodes(): readonly string[];
  gateways(): readonly string[];
  /** Whether this node can hear anybody. */
  connected(): boolean;
};

/**
 * Who is here, by what gateways tell this node. It says `gone` only where it would have heard of a session: it owns the
 * principal, has done so for long enough to have been told, and hears from every gateway that lives.
 */
export class RollCall {
  readonly #times: Times;
  readonly #surroundings: Surroundings;
  readonly #leases = new Leases();
  readonly #clock: ListeningClock;
  /** When each gateway last told of all who are there. */
  readonly #heard = new Map<string, number>();
  /** Whose attendance may have changed. */
  readonly #moved = new Set<string>();
  /** Since when the presence nodes are those that they are. */
  #since = 0;
  #nodes = "";
  #deaf = true;
  #counted = false;

  constructor(surroundings: Surroundings, limits: Times = times) {
    this.#surroundings = surroundings;
    this.#times = limits;
    this.#clock = new ListeningClock(2 * limits.sweep);
  }

  beat({ gateway, here, gone, whole }: Beat): void {
    const { now } = this.#clock;
    const { lease, linger } = this.#times;
    for (const principalId of here)
      if (this.#leases.grant(principalId, gateway, now + lease)) this.#moved.add(principalId);
    for (const { principalId, ago } of gone)
      if (this.#leases.grant(principalId, gateway, now + linger - ago)) this.#moved.add(principalId);
    if (whole) this.#heard.set(gateway, now);
  }

  of(principalId: string): Attendance {
    if (this.#leases.has(principalId, this.#clock.now)) return "here";
    return this.#settled && this.#surroundings.owns(principalId) ? "gone" : "unsure";
  }

  /** The gateways where he has a session. */
  gateways(principalId: string): string[] {
    return this.#leases.gateways(principalId, this.#clock.now);
  }

  census(): { principals: number; gateways: Record<string, number> } {
    return { principals: [...this.#leases.principals()].length, gateways: this.#leases.census() };
  }

  /** Those owned here who have a session. */
  present(): string[] {
    return [...this.#leases.principals()].filter((principalId) => this.#surroundings.owns(principalId));
  }

  /** @param time milliseconds, monotonic */
  sweep(time: number): void {
    const gateways = this.#surroundings.gateways();
    this.#clock.advance(time, this.#surroundings.connected());
    const { now } = this.#clock;
    const nodes = this.#surroundings.nodes().join("\n");
    if (nodes !== this.#nodes) {
      this.#nodes = nodes;
      this.#since = now;
      this.#counted = false;
    }
    this.#deaf = gateways.some((gateway) => now - (this.#heard.get(gateway) ?? -Infinity) > this.#times.silence);
    for (const gateway of this.#heard.keys()) if (!gateways.includes(gateway)) this.#heard.delete(gateway);
    for (const principalId of this.#leases.expire(now)) this.#moved.add(principalId);
  }

  /**
   * Whether it is time, once after the nodes have changed, to look for those who are kept as here and were not heard of:
   * their gateway or their last owner's knowledge went with its node.
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
    if (this.#surroundings.owns(principalId)) this.#moved.add(principalId);
  }

  /** Takes those whose attendance may have changed, and is known. */
  takeMoved(): string[] {
    const taken: string[] = [];
    for (const principalId of this.#moved) {
      if (this.of(principalId) !== "unsure") taken.push(principalId);
      else if (this.#surroundings.owns(principalId)) continue;
      // It is another's to say.
      this.#moved.delete(principalId);
    }
    return taken;
  }

  get #settled(): boolean {
    return !this.#deaf && this.#clock.now - this.#since >= this.#times.linger;
  }
}

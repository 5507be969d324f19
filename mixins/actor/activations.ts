import type { Census } from "../../contract/actors.ts";
import { refuse } from "../../contract/errors.ts";
import { ACTIVATIONS, MAILBOX_BYTES, MAILBOX_COMMANDS, MAILBOXES_BYTES } from "../../contract/limits.ts";
import { stopping } from "../lost.ts";
import { Turnstile } from "../turnstile.ts";
import { Activation } from "./activation.ts";
import type { Behaviour, Observer } from "./behaviour.ts";

/** How many actors stay in memory, and how long an idle one does (milliseconds). */
export type Residence = { most: number; idle: number };

const RESIDENCE: Residence = { most: 10_000, idle: 10 * 60_000 };
const MAILBOX = { count: MAILBOX_COMMANDS, bytes: MAILBOX_BYTES };

type Resident<State, Command, Answer> = { activation: Activation<State, Command, Answer>; used: number };

/** The actors of one kind on this node: finds or makes them, passivates those that nobody uses. */
export class Activations<State, Command, Answer> {
  readonly #behaviour: Behaviour<State, Command, Answer>;
  readonly #observer: Observer;
  readonly #residence: Residence;
  /** Least recently used first: a Map keeps its keys in the order of their insertion. */
  readonly #residents = new Map<string, Resident<State, Command, Answer>>();
  #waiting = 0;
  #waitingBytes = 0;
  #draining = false;

  constructor(behaviour: Behaviour<State, Command, Answer>, observer: Observer, residence: Residence = RESIDENCE) {
    const turnstile = new Turnstile(ACTIVATIONS);
    this.#behaviour = {
      activate: (key) => turnstile.through(() => behaviour.activate(key)),
      turn: (state, commands) => behaviour.turn(state, commands),
      crashed: (error) => behaviour.crashed(error),
    };
    this.#observer = observer;
    this.#residence = residence;
  }

  get active(): number {
    return this.#residents.size;
  }

  /** Commands that wait or are in a turn, of all actors. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Who is here, and the busiest of them: those with the most waiting, then those that have handled the most. */
  census(most: number): Census {
    const all = [...this.#residents].map(([key, { activation }]) => ({ key, ...activation.load }));
    const busiest = all.sort((a, b) => b.waiting - a.waiting || b.handled - a.handled).slice(0, most);
    return { active: this.active, waiting: this.waiting, busiest };
  }

  /** @throws what `Activation.tell` does, `stopping` while draining, `unavailable` when all mailboxes together are full */
  async tell(key: string, commands: Command[], bytes: number): Promise<Answer[]> {
    if (this.#draining) throw stopping(key);
    if (this.#waitingBytes + bytes > MAILBOXES_BYTES) throw refuse("unavailable", "Too much is waiting on this node");
    this.#waiting += commands.length;
    this.#waitingBytes += bytes;
    try {
      return await this.#resident(key).tell(commands, bytes);
    } finally {
      this.#waiting -= commands.length;
      this.#waitingBytes -= bytes;
    }
  }

  /** Takes nothing new, and finishes what is waiting. */
  async drain(): Promise<void> {
    this.#draining = true;
    await Promise.all([...this.#residents.values()].map(({ activation }) => activation.finish()));
  }

  /** Forgets actors that have been idle for too long. */
  passivateIdle(now: number): void {
    for (const [key, { activation, used }] of this.#residents) {
      if (used + this.#residence.idle > now) return;
      if (activation.idle) this.#residents.delete(key);
    }
  }

  #resident(key: string): Activation<State, Command, Answer> {
    const found = this.#residents.get(key);
    const activation = found?.activation ?? this.#settle(key);
    this.#residents.delete(key);
    this.#residents.set(key, { activation, used: performance.now() });
    return activation;
  }

  #settle(key: string): Activation<State, Command, Answer> {
    if (this.#residents.size >= this.#residence.most) this.#evict();
    return new Activation(key, this.#behaviour, this.#observer, MAILBOX);
  }

  /** The least recently used that is idle; where all are busy, one more than wished for is the lesser evil. */
  #evict(): void {
    for (const [key, { activation }] of this.#residents) {
      if (activation.idle) {
        this.#residents.delete(key);
        return;
      }
    }
  }
}

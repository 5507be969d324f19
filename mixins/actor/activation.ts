import { refusalOf, refuse } from "../../contract/errors.ts";
import { TURN_BYTES, TURN_COMMANDS } from "../../contract/limits.ts";
import { Origin, together } from "../tracing/spans.ts";
import type { Behaviour, Observer, Turned } from "./behaviour.ts";
import { holdOff, LONGEST_OUTAGE } from "./hold-off.ts";
import { type Bounds, Mailbox, type Weighed } from "./mailbox.ts";
import { isStaleOwner } from "./stale-owner.ts";

/** The commands of one caller, answered together and in order. */
class Letter<Command, Answer> implements Weighed {
  readonly count: number;
  readonly answers = Promise.withResolvers<Answer[]>();
  readonly arrived = performance.now();
  readonly origin = new Origin();
  readonly commands: Command[];
  readonly bytes: number;

  constructor(commands: Command[], bytes: number) {
    this.commands = commands;
    this.count = commands.length;
    this.bytes = bytes;
  }
}

const TURN: Bounds = { count: TURN_COMMANDS, bytes: TURN_BYTES };

/**
 * One actor's life. It is
 *
 *   idle ──letter──▶ busy ──mailbox empty──▶ idle ──passivated──▶ gone
 *   busy ──crash──▶ busy: the state is read anew at once, be anything waiting or not (what a crashed turn had committed
 *                   but not told is told by the activation)
 *   busy ──crash after crash──▶ held off ──time passes──▶ busy
 *
 * and handles one turn at a time: `#live` is the only place that takes from the mailbox.
 */
export class Activation<State, Command, Answer> {
  readonly #key: string;
  readonly #behaviour: Behaviour<State, Command, Answer>;
  readonly #observer: Observer;
  readonly #mailbox: Mailbox<Letter<Command, Answer>>;
  #state: State | undefined;
  #busy: Promise<void> | undefined;
  #crashes = 0;
  #handled = 0;
  /** `performance.now()`: a clock that is set back holds nobody off. */
  #heldOffUntil = 0;
  /** A turn has crashed and the state was not read since. */
  #recovering = false;
  #alarm: NodeJS.Timeout | undefined;

  constructor(key: string, behaviour: Behaviour<State, Command, Answer>, observer: Observer, bounds: Bounds) {
    this.#key = key;
    this.#behaviour = behaviour;
    this.#observer = observer;
    this.#mailbox = new Mailbox(bounds);
  }

  get idle(): boolean {
    return this.#busy === undefined && this.#alarm === undefined;
  }

  /** Commands that wait for their turn, and those that have had it. */
  get load(): { waiting: number; handled: number } {
    return { waiting: this.#mailbox.count, handled: this.#handled };
  }

  /** Finishes what is waiting, and ends. */
  async finish(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
    while (this.#busy) await this.#busy;
  }

  /**
   * @param bytes weight of the commands
   * @throws `unavailable` when the mailbox is full, the actor is held off, or what is stored does not answer;
   *   `stale-owner` when another node has taken over
   */
  async tell(commands: Command[], bytes: number): Promise<Answer[]> {
    if (this.#rest() > 0) throw this.#restingRefusal();
    const letter = new Letter<Command, Answer>(commands, bytes);
    if (!this.#mailbox.offer(letter)) throw refuse("unavailable", "Too much is waiting for this conversation");
    this.#wake();
    return letter.answers.promise;
  }

  #wake(): void {
    this.#busy ??= this.#live().finally(() => {
      this.#busy = undefined;
      if (this.#mailbox.count > 0) this.#wake();
    });
  }

  async #live(): Promise<void> {
    while (this.#mailbox.count > 0 || this.#recovering) {
      if (this.#rest() > 0) return this.#holdOff();
      const state = await this.#activated();
      if (state !== undefined && this.#mailbox.count > 0) await this.#handle(state, this.#mailbox.take(TURN));
    }
  }

  async #activated(): Promise<State | undefined> {
    try {
      return await this.#activate();
    } catch (error) {
      this.#crash(error);
      this.#rejectWaiting(error);
      return undefined;
    }
  }

  async #activate(): Promise<State> {
    if (this.#state === undefined) {
      this.#state = await this.#behaviour.activate(this.#key);
      this.#recovering = false;
      this.#observer.activated(this.#key);
    }
    return this.#state;
  }

  async #handle(state: State, letters: Letter<Command, Answer>[]): Promise<void> {
    const commands = letters.flatMap((letter) => letter.commands);
    try {
      const origins = letters.map(({ origin }) => origin);
      const turn = () => this.#turn(state, commands, letters[0]?.arrived);
      const { answers, tell } = await together("turn", origins, turn);
      let from = 0;
      for (const letter of letters) {
        letter.answers.resolve(answers.slice(from, from + letter.count));
        from += letter.count;
      }
      this.#tell(tell);
    } catch (error) {
      await this.#failed(error, letters);
    }
  }

  async #failed(error: unknown, letters: Letter<Command, Answer>[]): Promise<void> {
    if (isStaleOwner(error)) {
      this.#state = undefined;
      this.#observer.overruled(this.#key);
      for (const letter of letters) letter.answers.reject(error);
      this.#rejectWaiting(error);
      return;
    }
    this.#crash(error);
    this.#recovering = true;
    let failure = error;
    for (const letter of letters) {
      // Where the store itself does not answer there is no bad command to be found, and what came later must not pass.
      if (isUnavailable(failure)) letter.answers.reject(failure);
      else failure = await this.#oneByOne(letter);
    }
  }

  /**
   * After a crash of the batch: each command in a turn of its own, so that a bad one doesn't take its neighbours along.
   * @returns what kept the letter from being answered
   */
  async #oneByOne(letter: Letter<Command, Answer>): Promise<unknown> {
    const answers: Answer[] = [];
    for (const command of letter.commands) {
      try {
        const state = await this.#activate();
        const turned = await together("turn", [letter.origin], () => this.#turn(state, [command]));
        answers.push(...turned.answers);
        this.#tell(turned.tell);
      } catch (error) {
        this.#state = undefined;
        if (!isStaleOwner(error)) {
          this.#crash(error);
          this.#recovering = true;
        }
        if (isStaleOwner(error) || isUnavailable(error)) {
          letter.answers.reject(error);
          return error;
        }
        answers.push(this.#behaviour.crashed(error));
      }
    }
    letter.answers.resolve(answers);
    return undefined;
  }

  /** @param arrived when the first of the commands did */
  async #turn(state: State, commands: Command[], arrived?: number): Promise<Turned<State, Answer>> {
    const began = performance.now();
    const turned = await this.#behaviour.turn(state, commands);
    if (turned.answers.length !== commands.length) throw new Error("a turn must answer each of its commands");
    this.#state = turned.state;
    this.#crashes = 0;
    this.#heldOffUntil = 0;
    this.#handled += commands.length;
    this.#observer.turned(this.#key, commands.length, performance.now() - began, began - (arrived ?? began));
    return turned;
  }

  /** What is committed and answered stands; only the telling is done again, by the activation. */
  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#crash(error);
      this.#recovering = true;
    }
  }

  #crash(error: unknown): void {
    this.#state = undefined;
    this.#crashes += 1;
    this.#heldOffUntil = performance.now() + holdOff(this.#crashes, isUnavailable(error) ? LONGEST_OUTAGE : undefined);
    this.#observer.crashed(this.#key, error);
  }

  #rest(): number {
    return this.#heldOffUntil - performance.now();
  }

  #holdOff(): void {
    this.#rejectWaiting(this.#restingRefusal());
    if (!this.#recovering || this.#alarm) return;
    this.#alarm = setTimeout(() => {
      this.#alarm = undefined;
      this.#wake();
    }, this.#rest());
    this.#alarm.unref();
  }

  #restingRefusal() {
    return refuse("unavailable", "It is recovering from a failure", { retryAfter: Math.ceil(this.#rest() / 1000) });
  }

  #rejectWaiting(error: unknown): void {
    for (const letter of this.#mailbox.takeAll()) letter.answers.reject(error);
  }
}

/** Also what Moleculer says of time-outs and lost nodes. */
export const isUnavailable = (error: unknown): boolean => refusalOf(error).type === "unavailable";

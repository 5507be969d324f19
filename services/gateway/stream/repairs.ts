import { setTimeout as pause, setImmediate as whatWaits } from "node:timers/promises";
import { backoff } from "../../../mixins/backoff.ts";
import type { Audience, Tally } from "./audience.ts";
import { isStranger } from "./catch-up.ts";
import type { Log } from "./log.ts";

type Options = {
  read: Log["read"];
  /** A principal who turned out to be no member. */
  expel(audience: Audience, principalId: string): void;
  tally: Tally;
  /** What went wrong and is tried again. */
  failed(error: unknown): void;
};

/**
 * Reads what an audience has missed from the log, on behalf of its members, up to where the log is known to reach. What
 * is announced meanwhile either comes next, or says that there is more to read.
 */
export class Repairs {
  readonly #options: Options;
  /** The audiences that are read for, each with those to whom the log was refused. */
  readonly #running = new Map<Audience, Set<string>>();

  constructor(options: Options) {
    this.#options = options;
  }

  go(audience: Audience): void {
    if (this.#running.has(audience)) return;
    const strangers = new Set<string>();
    this.#running.set(audience, strangers);
    void this.#run(audience, strangers);
  }

  /** He came or went: what he was told before is old news. */
  moved(audience: Audience, principalId: string): void {
    this.#running.get(audience)?.delete(principalId);
  }

  async #run(audience: Audience, strangers: Set<string>): Promise<void> {
    // Often what is missing has been announced already and only waits for its turn.
    await whatWaits();
    for (let failures = 0; audience.lags; ) {
      const reader = audience.someone(strangers);
      if (!reader) break;
      const { head } = audience;
      try {
        audience.deliver(await this.#options.read(reader.principalId, audience.conversationId, head));
        this.#options.tally.repaired(Math.max(0, audience.head - head));
        if (audience.lags && audience.head === head)
          throw new Error(`The log of ${audience.conversationId} ends before what was announced`);
        failures = 0;
      } catch (error) {
        if (isStranger(error)) {
          // What was heard meanwhile may have let him in.
          if (audience.head === head) strangers.add(reader.principalId);
        } else {
          this.#options.failed(error);
          await pause(backoff(failures++), undefined, { ref: false });
        }
      }
    }
    // In the same breath as the last look: what is heard from now on begins anew.
    this.#running.delete(audience);
    // Whoever is out was told so by his `leave`, if somebody else could read it.
    for (const principalId of strangers) this.#options.expel(audience, principalId);
  }
}

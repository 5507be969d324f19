import type { Posting, Stored } from "../../../contract/actions.ts";
import { type Outcome, refusals, refuse } from "../../../contract/errors.ts";
import { TURN_BYTES, TURN_COMMANDS } from "../../../contract/limits.ts";
import { Turnstile } from "../../../mixins/turnstile.ts";
import type { Attempts } from "./attempts.ts";

/** Calls of one session that are under way at once: a message to a topic may make a thousand, each with its text. */
const CALLS = 64;

/** A message for one conversation; either of the two is called once. */
export type Parcel = {
  message: Posting;
  bytes: number;
  settle(outcome: Outcome<Stored>): void;
  drop(): void;
};

type Post = (conversationId: string, messages: Posting[]) => Promise<Outcome<Stored>[]>;

/** One session's messages by conversation: each has one call in flight, which carries all that waits, in its order. */
export class Lanes {
  readonly #attempts: Attempts;
  readonly #post: Post;
  readonly #turnstile = new Turnstile(CALLS);
  /** What waits for the call in flight. */
  readonly #waiting = new Map<string, Parcel[]>();

  constructor(attempts: Attempts, post: Post) {
    this.#attempts = attempts;
    this.#post = post;
  }

  line(conversationId: string, parcel: Parcel): void {
    const waiting = this.#waiting.get(conversationId);
    if (waiting) waiting.push(parcel);
    else {
      const begun = [parcel];
      this.#waiting.set(conversationId, begun);
      void this.#run(conversationId, begun);
    }
  }

  /** Drops what is not yet on its way. */
  drop(): void {
    for (const waiting of this.#waiting.values()) for (const parcel of waiting.splice(0)) parcel.drop();
  }

  async #run(conversationId: string, waiting: Parcel[]): Promise<void> {
    // What came in one piece goes in one call.
    await undefined;
    const post = (parcels: Parcel[]) =>
      this.#turnstile.through(async () => {
        if (this.#attempts.abandoned) throw refuse("unavailable", "The stream has ended");
        return this.#post(
          conversationId,
          parcels.map(({ message }) => message),
        );
      });
    while (waiting.length > 0) {
      await this.#attempts.make(takeTurn(waiting), post, (parcel, outcome) => {
        parcel.settle(outcome);
        // It may be sent again: what was sent after it must not pass it.
        if ("refused" in outcome && refusals[outcome.refused.type].retryable)
          for (const later of waiting.splice(0)) later.settle(outcome);
      });
    }
    this.#waiting.delete(conversationId);
  }
}

/** Takes what one call may carry: at least one message, else up to the bounds of a turn. */
function takeTurn(waiting: Parcel[]): Parcel[] {
  let bytes = 0;
  let count = 0;
  for (const parcel of waiting) {
    if (count === TURN_COMMANDS || (count > 0 && bytes + parcel.bytes > TURN_BYTES)) break;
    bytes += parcel.bytes;
    count++;
  }
  return waiting.splice(0, count);
}

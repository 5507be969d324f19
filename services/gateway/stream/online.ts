import type { Notice } from "../../../contract/events.ts";
import type { Unsubscribe } from "../../../mixins/fan-out/fan-out.ts";
import type { Listener } from "./audience.ts";

/** A session as the hub takes it in. */
export type Arriving = Listener & { readonly id: string };
export type Joined = Notice & { type: "joined" };

/** A principal with sessions here, and what was heard of him while something was being asked about him. */
export class Online {
  readonly principalId: string;
  /** All his sessions, also those that are still asking where they begin. */
  readonly arrived = new Set<Arriving>();
  /** Those that know. */
  readonly ready = new Set<Arriving>();
  /** Ends the subscription to his notices. */
  unsubscribe: Unsubscribe = () => {};
  /** Joins about to be acted on. */
  readonly coming = new Map<string, Joined>();
  /** His conversations are about to be asked for. */
  confirming = false;
  readonly #questions = new Set<Map<string, Joined | undefined>>();

  constructor(principalId: string) {
    this.principalId = principalId;
  }

  /** He came to or went from a conversation; `joined` where that is the last that was heard. */
  heard(conversationId: string, joined?: Joined): void {
    for (const question of this.#questions) question.set(conversationId, joined);
  }

  /**
   * Asks something about his conversations.
   * @param take is given the answer, and the conversations of which something was heard since it was asked: in one breath,
   * so that nothing is heard in between
   */
  async while<T>(
    ask: () => Promise<T>,
    take: (answer: T, heard: ReadonlyMap<string, Joined | undefined>) => void,
  ): Promise<void> {
    const heard = new Map<string, Joined | undefined>();
    this.#questions.add(heard);
    try {
      take(await ask(), heard);
    } finally {
      this.#questions.delete(heard);
    }
  }
}

import type { FanOut } from "../../../mixins/fan-out/fan-out.ts";
import type { Audience } from "./audience.ts";
import type { HeadOf, Log } from "./log.ts";
import type { Arriving, Online } from "./online.ts";

type Options = {
  fanOut: Pick<FanOut, "subscribed">;
  log: Pick<Log, "heads">;
  audience(conversationId: string): Audience | undefined;
  /** Sessions that should be in a conversation and are not. */
  missing(head: HeadOf, sessions: Arriving[]): void;
  failed(error: unknown): void;
};

/**
 * Compares a principal's conversations with what is followed for him here: betrays a lost last message, join or leave, and
 * a log that was set back. What was heard of since it asked is left to the next time.
 */
export class Audits {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Between the last question and a new subscription something may have been announced that nobody heard. */
  soon(online: Online): void {
    if (online.confirming) return;
    online.confirming = true;
    const { fanOut, failed } = this.#options;
    fanOut
      .subscribed()
      .finally(() => {
        online.confirming = false;
      })
      .then(() => this.audit(online))
      .catch(failed);
  }

  async audit(online: Online): Promise<void> {
    const asked = [...online.ready];
    const delivered = positions(asked);
    const ask = () => this.#options.log.heads(online.principalId);
    await online.while(ask, (heads, heard) => {
      for (const head of heads) this.#disprove(head, delivered.get(head.conversationId) ?? 0);
      // Who was sent away for it, or has gone meanwhile, is missing nowhere.
      const sessions = asked.filter((session) => online.ready.has(session));
      const known = new Set(heads.map(({ conversationId }) => conversationId));
      for (const head of heads) this.#compare(head, heard.has(head.conversationId) ? [] : sessions);
      for (const session of sessions) {
        for (const audience of session.audiences) {
          const { conversationId, lags } = audience;
          if (!known.has(conversationId) && !heard.has(conversationId) && !lags) audience.dismiss(session);
        }
      }
    });
  }

  /** The log is not the one that was shown: whoever was shown it is sent away, to begin anew from what there is. */
  contradicted(audience: Audience): void {
    const { conversationId } = audience;
    this.#options.failed(
      new Error(`The log of ${conversationId} is not the one that was shown: was the database set back?`),
    );
    audience.restart();
  }

  #disprove({ conversationId, head }: HeadOf, delivered: number): void {
    const audience = this.#options.audience(conversationId);
    if (audience?.isContradictedBy(head, delivered)) this.contradicted(audience);
  }

  #compare(found: HeadOf, sessions: Arriving[]): void {
    const audience = this.#options.audience(found.conversationId);
    audience?.expect(found.head.seq);
    // One that lags comes to the join by itself.
    if (audience?.lags) return;
    const missing = sessions.filter((session) => !audience?.has(session));
    if (missing.length > 0) this.#options.missing(found, missing);
  }
}

/** How far each conversation was delivered to these sessions. */
function positions(sessions: Iterable<Arriving>): Map<string, number> {
  const delivered = new Map<string, number>();
  for (const { audiences } of sessions)
    for (const { conversationId, head } of audiences) delivered.set(conversationId, head);
  return delivered;
}

import { LRUCache } from "lru-cache";
import { type Refusal, refused } from "../../contract/errors.ts";

/** Principals that are kept count of; one that is forgotten has a full bucket, as one who was idle has. */
const MOST = 100_000;
/** Seconds' worth of requests that may come at once. */
const BURST = 2;

type Bucket = { tokens: number; at: number };

/** What is left to one who has asked. */
export type Allowance = {
  refusal?: Refusal;
  /** The fields of draft-ietf-httpapi-ratelimit-headers. */
  headers: { RateLimit: string; "RateLimit-Policy": string };
};

/**
 * Token buckets (as in RFC 2697): each principal's fills by `perSecond` tokens a second up to twice that, and each request
 * takes one.
 */
export class RateLimit {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: MOST });

  /** @param now milliseconds, monotonic */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Takes one token of a principal's; undefined where nothing is limited. */
  take(principalId: string): Allowance | undefined {
    if (this.#perSecond === 0) return undefined;
    const capacity = this.#perSecond * BURST;
    const now = this.#now();
    const { tokens, at } = this.#buckets.get(principalId) ?? { tokens: capacity, at: now };
    const filled = Math.min(capacity, tokens + ((now - at) / 1000) * this.#perSecond);
    const left = filled >= 1 ? filled - 1 : filled;
    this.#buckets.set(principalId, { tokens: left, at: now });
    const headers = {
      RateLimit: `"writes";r=${Math.floor(left)};t=${Math.ceil((capacity - left) / this.#perSecond)}`,
      "RateLimit-Policy": `"writes";q=${capacity};w=${BURST}`,
    };
    if (filled >= 1) return { headers };
    const retryAfter = Math.max(1, Math.ceil((1 - filled) / this.#perSecond));
    return { headers, refusal: refused("too-many", "More than was agreed on", { retryAfter }) };
  }
}

import { createHash } from "node:crypto";
import { Meilisearch, MeilisearchApiError } from "meilisearch";
import { refuse } from "../../../../contract/errors.ts";

/** Where Meilisearch is, and a key of it. */
export type Address = { readonly url: string; readonly key: string | undefined };

/** Milliseconds that any request may take. */
const TIMEOUT = 5_000;

/** A server of Meilisearch, asked with two keys: what a query may do is to search one index. */
export class Server {
  readonly admin: Meilisearch;
  readonly #url: string;
  readonly #key: string | undefined;
  readonly #finders = new Map<string, Promise<Meilisearch>>();

  constructor({ url, key }: Address) {
    this.#url = url;
    this.#key = key;
    this.admin = this.#client(key);
  }

  /**
   * A client that may search an index and nothing else: with a key that was made for it, once and for all processes. Where
   * the given key may make none, it is used itself.
   */
  finder(uid: string): Promise<Meilisearch> {
    const finder = this.#finders.get(uid) ?? this.#keyFor(uid).then((key) => this.#client(key));
    this.#finders.set(uid, finder);
    finder.catch(() => this.#finders.delete(uid));
    return finder;
  }

  /** The key is asked for again: somebody has removed it. */
  forgetFinder(uid: string): void {
    this.#finders.delete(uid);
  }

  /** @throws an error of Meilisearch */
  async #keyFor(indexUid: string): Promise<string | undefined> {
    const uid = keyId(indexUid);
    try {
      const { key } = await this.admin.getKey(uid).catch((error) => {
        if (codeOf(error) !== "api_key_not_found") throw error;
        const made = { uid, name: "Wirehouse: queries", actions: ["search"], indexes: [indexUid], expiresAt: null };
        return this.admin.createKey(made);
      });
      return key;
    } catch (error) {
      // Another process has just made it.
      if (codeOf(error) === "api_key_already_exists") return (await this.admin.getKey(uid)).key;
      if (isForbidden(error)) return this.#key;
      throw error;
    }
  }

  #client(apiKey: string | undefined): Meilisearch {
    // Compressed answers come in pieces, and the second waits 40 ms for what acknowledges the first.
    const requestInit = { headers: { "accept-encoding": "identity" } };
    const key = apiKey === undefined ? {} : { apiKey };
    return new Meilisearch({ host: this.#url, timeout: TIMEOUT, requestInit, ...key });
  }
}

/** Meilisearch's name for what is wrong; undefined where it did not answer. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof MeilisearchApiError ? error.cause?.code : undefined;

/** The key is none, or not for this. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof MeilisearchApiError && (error.response.status === 401 || error.response.status === 403);

/**
 * @throws unavailable, whatever is wrong with Meilisearch or the way to it: the caller tries again later. It has a name for
 * it, or else a cause, for the log: messages quote addresses, and what was asked.
 */
export function answered<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((cause: unknown) => {
    const code = codeOf(cause);
    if (code !== undefined) throw refuse("unavailable", `The search index refuses it: ${code}`);
    throw Object.assign(refuse("unavailable", "The search index does not answer"), { cause });
  });
}

/** A UUID of our own, the same in all processes. */
function keyId(uid: string): string {
  const hex = createHash("sha256").update(`wirehouse search ${uid}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

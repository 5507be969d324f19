import { backoff } from "./backoff.ts";
import { Refused } from "./failures.ts";
import type { Token } from "./link.ts";

/** Milliseconds in which a request is tried again, and before another try: at first and at most. */
const PATIENCE = 30_000;
const AGAIN = 200;
const LONGEST = 5_000;
/** Milliseconds for one answer: a server that is there says sooner that it can't; one that was cut off says nothing. */
const SILENCE = 20_000;

/** Statuses after which it makes sense to ask another gateway, or later. */
const passing: readonly number[] = [429, 502, 503, 504];

/** REST beside the stream: history, conversations, the directory. Paths are those of the contract, from `/v1` on. */
export class Rest {
  readonly #urls: readonly string[];
  readonly #token: Token;
  readonly #silence: number;
  #turn = 0;

  /** @param silence milliseconds for one answer, if others than usual */
  constructor(urls: readonly string[], token: Token, silence = SILENCE) {
    this.#urls = urls;
    this.#token = token;
    this.#silence = silence;
  }

  /**
   * One request, tried again at the next gateway while it can't be answered, where that is harmless: all but a POST
   * without a key of its own (`id` or `clientMessageId`).
   * @throws Refused; what `fetch` throws, where nothing answers
   */
  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const isRepeatable = method !== "POST" || (body !== undefined && ("id" in body || "clientMessageId" in body));
    const end = performance.now() + PATIENCE;
    for (let attempt = 0; ; attempt++) {
      const isLast = !isRepeatable || performance.now() > end;
      const wait = backoff(attempt, AGAIN, LONGEST);
      try {
        return await this.#once<T>(method, path, body);
      } catch (error) {
        const isFinal = error instanceof Refused && !passing.includes(error.problem.status);
        if (isLast || isFinal) throw error;
        const { retryAfter = 0 } = error instanceof Refused ? error.problem : {};
        await new Promise((again) => setTimeout(again, Math.max(wait, retryAfter * 1000)));
        this.#turn++;
      }
    }
  }

  /** All items of a list, page by page. */
  async *all<T>(path: string): AsyncGenerator<T, void, undefined> {
    const separator = path.includes("?") ? "&" : "?";
    for (let cursor = ""; ; ) {
      const more = cursor === "" ? "" : `${separator}cursor=${encodeURIComponent(cursor)}`;
      const { items, next } = await this.ask<{ items: T[]; next: string | null }>("GET", `${path}${more}`);
      yield* items;
      if (next === null) return;
      cursor = next;
    }
  }

  async #once<T>(method: string, path: string, body?: object): Promise<T> {
    const token = typeof this.#token === "string" ? this.#token : await this.#token();
    const url = this.#urls[this.#turn % this.#urls.length];
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#silence),
    });
    const text = await response.text();
    // Answers without a body are null.
    if (response.ok) return JSON.parse(text || "null");
    throw new Refused(problemOf(response, text));
  }
}

/** Also what is no problem of ours: a proxy's page. */
function problemOf({ status, headers, statusText }: Response, text: string) {
  const isProblem = headers.get("Content-Type")?.includes("problem+json");
  return isProblem ? JSON.parse(text) : { type: "about:blank", title: statusText, status, detail: `HTTP ${status}` };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { refusalOf, refuse, refused, typeOf } from "../../contract/errors.ts";
import type { Credential } from "../../contract/principal.ts";
import { authenticate, bearerToken, type FindCredential } from "./authenticate.ts";
import type { Endpoint, Request } from "./endpoint.ts";
import { answer, answerProblem } from "./problem.ts";
import type { Caller } from "./route.ts";

/** What REST asks of the rest of the system. */
export type Backend = {
  find: FindCredential;
  callerOf(credential: Credential): Caller;
  /** Fails while requests could not be served. */
  probe(): Promise<unknown>;
  logger: { error(...details: unknown[]): void };
};

/** Of moleculer-web, for a path that is not percent-encoded UTF-8. */
const UNDECODABLE_PATH = "UNABLE_DECODE_PARAM";

/** REST as moleculer-web drives it: who may come in, what answers which path, and what is said of an error. */
export class Rest {
  readonly #backend: Backend;
  readonly #admitted = new WeakMap<IncomingMessage, Credential>();
  #inFlight = 0;
  /** open → leaving: it says that it is not ready, and serves on → closed: requests are refused. */
  #state: "open" | "leaving" | "closed" = "open";
  #drained: () => void = () => {};
  /** Strangers may ask whether it is ready, as often as they like: they share one look. */
  #probing: Promise<unknown> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /**
   * Comes before anything of the request is read: a stranger's body isn't worth it.
   * @throws unauthorized, unavailable
   */
  async admit(request: IncomingMessage): Promise<void> {
    if (this.#state === "closed") throw refuse("unavailable", "This gateway is stopping; try again");
    this.#admitted.set(request, await authenticate(bearerToken(request.headers.authorization), this.#backend.find));
  }

  async handle(
    endpoint: Endpoint,
    request: Pick<Request, "message" | "url" | "path">,
    response: ServerResponse,
  ): Promise<void> {
    const credential = this.#admitted.get(request.message);
    if (!credential) throw refuse("unauthorized", "Nobody was let in");
    this.#inFlight++;
    if (this.#state === "leaving") response.setHeader("Connection", "close");
    try {
      await endpoint({ ...request, credential, caller: this.#backend.callerOf(credential) }, response);
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#drained();
    }
  }

  live(response: ServerResponse): void {
    answer(response, 200, { status: "ok" });
  }

  /** @throws unavailable while requests could not be served */
  async ready(response: ServerResponse): Promise<void> {
    if (this.#state !== "open") throw refuse("unavailable", "This gateway is stopping");
    this.#probing ??= this.#backend.probe().finally(() => {
      this.#probing = undefined;
    });
    await this.#probing;
    answer(response, 200, { status: "ok" });
  }

  notFound(response: ServerResponse): void {
    answerProblem(response, refused("not-found", "There is nothing at this address"));
  }

  /** Answers with what went wrong; what nobody foresaw is logged and tells nothing. */
  fail(response: ServerResponse, error: unknown): void {
    if (typeOf(error) === UNDECODABLE_PATH) {
      this.notFound(response);
      return;
    }
    const refusal = refusalOf(error);
    if (refusal.type === "internal") this.#backend.logger.error("A request failed", error);
    answerProblem(response, refusal, this.#state === "open" ? {} : { Connection: "close" });
  }

  /**
   * Says that it is not ready, lets its clients go, and refuses requests from then on.
   * @param linger milliseconds to serve on meanwhile, for those who ask it until they have noticed
   * @returns when those in flight are answered
   */
  async drain(linger: number): Promise<void> {
    this.#state = "leaving";
    await pause(linger);
    this.#state = "closed";
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }
}

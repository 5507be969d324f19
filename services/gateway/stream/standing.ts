import { setTimeout as pause } from "node:timers/promises";
import type { CloseReason } from "../../../contract/close-codes.ts";
import type { Credential } from "../../../contract/principal.ts";
import { type FindCredential, inForce } from "../authenticate.ts";

type Closable = { close(reason: CloseReason): void };

/** Milliseconds between two rounds of judging: many changes of the directory at once are one to us. */
const ROUND = 200;
/** Milliseconds, the longest that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

/** Holds the streams to their credentials: a revoked or expired token, or a disabled principal, ends its streams. */
export class Standing {
  readonly #find: FindCredential;
  readonly #failed: (error: unknown) => void;
  readonly #streams = new Map<Closable, { tokenHash: string; expiry: NodeJS.Timeout | undefined }>();
  #judging = false;
  #again = false;
  #stopped = false;

  constructor(find: FindCredential, failed: (error: unknown) => void) {
    this.#find = find;
    this.#failed = failed;
  }

  add(stream: Closable, credential: Credential): void {
    const { tokenHash, expiresAt } = credential;
    const left = expiresAt === null ? undefined : Math.min(Date.parse(expiresAt) - Date.now(), LONGEST);
    const expiry = left === undefined ? undefined : setTimeout(() => this.#expire(stream, credential), left);
    this.#streams.set(stream, { tokenHash, expiry });
    // The look-up that let it in may have begun before a revocation that has been heard of since.
    void this.#judgeOne(tokenHash, [stream]);
  }

  delete(stream: Closable): void {
    clearTimeout(this.#streams.get(stream)?.expiry);
    this.#streams.delete(stream);
  }

  /** Looks at every stream's credential again. */
  judge(): void {
    this.#again = true;
    if (!this.#judging) void this.#judgeAll();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #judgeAll(): Promise<void> {
    this.#judging = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const byToken = Map.groupBy(this.#streams, ([, { tokenHash }]) => tokenHash);
      // All in one breath: the view of the directory asks for many in one call, and for few calls at once.
      await Promise.all(
        [...byToken].map(([tokenHash, streams]) =>
          this.#judgeOne(
            tokenHash,
            streams.map(([stream]) => stream),
          ),
        ),
      );
      await pause(ROUND, undefined, { ref: false });
    }
    this.#judging = false;
  }

  async #judgeOne(tokenHash: string, streams: Closable[]): Promise<void> {
    try {
      if (inForce(await this.#find(tokenHash), Date.now())) return;
    } catch (error) {
      // Not knowing is no reason to cut anybody off, but to ask again.
      this.#failed(error);
      this.judge();
      return;
    }
    for (const stream of streams) stream.close("unauthorized");
  }

  #expire(stream: Closable, credential: Credential): void {
    this.delete(stream);
    if (inForce(credential, Date.now())) this.add(stream, credential);
    else stream.close("unauthorized");
  }
}

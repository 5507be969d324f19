import type { Presence } from "../../../contract/presence.ts";
import type { Unsubscribe } from "../../../mixins/fan-out/fan-out.ts";
import { frameOf } from "../stream/server-frames.ts";
import type { Frame } from "../stream/shared-frame.ts";

/** A session that watches. */
export interface Watcher {
  /** It takes nothing for now: what it misses it is told when it is drained, as it is then. */
  readonly paused: boolean;
  readonly closed: boolean;
  /** Whom it watches, and whose state it has missed. Kept by the watches. */
  watching: Set<Watched>;
  readonly missed: Set<Watched>;
  write(frame: Frame): void;
}

/** Somebody who is watched at this gateway, as he was last seen. */
export class Watched {
  readonly principalId: string;
  readonly watchers = new Set<Watcher>();
  /** Ends the subscription to his presence. */
  unsubscribe: Unsubscribe = () => {};
  /** How often something was heard of him. */
  heard = 0;
  #presence: Presence | undefined;
  /** Encoded once for all who watch. */
  #frame: Frame | undefined;

  constructor(principalId: string) {
    this.principalId = principalId;
  }

  get isKnown(): boolean {
    return this.#presence !== undefined;
  }

  /** When his text ends (milliseconds since 1970), if it does. */
  get end(): number | undefined {
    const until = this.#presence?.until;
    return until === undefined ? undefined : Date.parse(until);
  }

  /** @returns whether that is news */
  take(presence: Presence): boolean {
    if (this.#presence && JSON.stringify(this.#presence) === JSON.stringify(presence)) return false;
    this.#presence = presence;
    this.#frame = undefined;
    return true;
  }

  /** His text has had its time. */
  endText(): void {
    if (!this.#presence) return;
    const { text: _text, until: _until, ...rest } = this.#presence;
    this.take(rest);
  }

  tell(watcher: Watcher): void {
    if (!this.#presence) return;
    if (watcher.paused) {
      watcher.missed.add(this);
      return;
    }
    this.#frame ??= frameOf({ type: "presence", ...this.#presence });
    watcher.write(this.#frame);
  }
}

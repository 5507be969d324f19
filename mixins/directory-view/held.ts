import { LRUCache } from "lru-cache";

/** What a lookup gives: a value (null: there is none), and the revision of the directory that it is at least as new as. */
export type Looked<V> = { revision: number; value: V | null };

/** Values kept: some 100 bytes each, for the principals of a large firm. */
const MOST = 50_000;
/** Keys kept of which there is nothing: `@here` comes again, what strangers guess must not push out what there is. */
const MOST_ABSENT = 1_000;

type Kept<V> = { epoch: number; value: V | null };

/**
 * What a node holds of the directory. All of it belongs to one revision: when that has moved, everything is dropped, and
 * a lookup that began before the drop is not kept. (So no revoked token is cached back to life.)
 */
export class Held<V extends object> {
  #revision = 0;
  #epoch = 0;
  /** Values of an epoch that is over are void where they lie: dropping is free, however much is held. */
  readonly #values = new LRUCache<string, Kept<V>>({ max: MOST });
  readonly #absent = new LRUCache<string, Kept<V>>({ max: MOST_ABSENT });

  /** @returns whether the revision has moved, so that everything was dropped. */
  moved(revision: number): boolean {
    if (revision === this.#revision) return false;
    this.#revision = revision;
    this.#epoch += 1;
    return true;
  }

  peek(key: string): { value: V | null } | undefined {
    const held = this.#current(this.#values.get(key));
    return held ?? this.#current(this.#absent.get(key));
  }

  /** Begins a lookup; what it gives is kept by the function returned, unless there was a drop in between. */
  begin(): (key: string, looked: Looked<V>) => void {
    const epoch = this.#epoch;
    return (key, { revision, value }) => {
      if (epoch !== this.#epoch || revision < this.#revision) return;
      (value === null ? this.#absent : this.#values).set(key, { epoch, value });
    };
  }

  #current(kept: Kept<V> | undefined): Kept<V> | undefined {
    return kept?.epoch === this.#epoch ? kept : undefined;
  }
}

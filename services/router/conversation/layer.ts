/**
 * A map laid over another: what is written stays on top, so that a draft can be dropped without undoing anything, or
 * settled into what it lies over. Its cost is that of the changes, however large the base.
 */
export class Layer<K, V extends object> {
  readonly #base: Map<K, V>;
  /** What was written; null where it was deleted. Made when it is needed: most drafts leave most layers as they are. */
  #changes: Map<K, V | null> | undefined;
  #size: number;

  constructor(base: Map<K, V>) {
    this.#base = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const changed = this.#changes?.get(key);
    return changed === undefined ? this.#base.get(key) : (changed ?? undefined);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** In no order; to be read to its end before anything is written. */
  *keys(): Generator<K> {
    for (const key of this.#base.keys()) if (this.#changes?.get(key) === undefined) yield key;
    for (const [key, value] of this.#changes ?? []) if (value !== null) yield key;
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size += 1;
    this.#changes ??= new Map();
    this.#changes.set(key, value);
  }

  delete(key: K): void {
    if (!this.has(key)) return;
    this.#size -= 1;
    this.#changes ??= new Map();
    this.#changes.set(key, null);
  }

  /** Writes the changes into the base, which is returned. */
  settle(): Map<K, V> {
    for (const [key, value] of this.#changes ?? []) {
      if (value === null) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    return this.#base;
  }
}

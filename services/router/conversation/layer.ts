/**
 * A map laid over another: what is written stays on top, so that a draft can be dropped without undoing anything, or
 * settled into what it lies over. Its cost is that of the changes, however large the base.
 */
export class Layer<K, V> {
  readonly #base: Map<K, V>;
  readonly #changed = new Map<K, V>();
  readonly #deleted = new Set<K>();
  #size: number;

  constructor(base: Map<K, V>) {
    this.#base = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#changed.get(key) ?? (this.#deleted.has(key) ? undefined : this.#base.get(key));
  }

  has(key: K): boolean {
    return this.#changed.has(key) || (this.#base.has(key) && !this.#deleted.has(key));
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size += 1;
    this.#changed.set(key, value);
  }

  delete(key: K): void {
    if (!this.has(key)) return;
    this.#size -= 1;
    this.#changed.delete(key);
    if (this.#base.has(key)) this.#deleted.add(key);
  }

  /** Writes the changes into the base, which is returned. */
  settle(): Map<K, V> {
    for (const key of this.#deleted) if (!this.#changed.has(key)) this.#base.delete(key);
    for (const [key, value] of this.#changed) this.#base.set(key, value);
    return this.#base;
  }
}

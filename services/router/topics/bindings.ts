import type { Binding, BindingChange } from "../../../contract/binding.ts";
import { Trie } from "./trie.ts";

/** What following the bindings asks of the directory. */
export type Source = {
  /** The highest revision of the directory that was heard of. */
  readonly revision: number;
  /** What has changed after a revision, in order, and the revision that this is at least as new as. */
  changes(after: number): Promise<{ revision: number; changes: BindingChange[]; more: boolean }>;
};

/**
 * The bindings as a node holds them: followed by the revision of their last change, as a log is by its seq. So one change
 * costs one row, and nothing that was read before it can hide it.
 */
export class Bindings {
  readonly #source: Source;
  #trie = new Trie();
  /** The last change that is in the trie. */
  #position = 0;
  /** All changes up to this revision are in the trie; -1: nothing was read yet. */
  #revision = -1;
  #following: Promise<void> | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Those that a topic meets, as of the last revision that was heard of or later. @throws what the directory does */
  async match(topic: string): Promise<Binding[]> {
    await this.#reach(this.#source.revision);
    return this.#trie.match(topic);
  }

  async #reach(revision: number): Promise<void> {
    if (this.#revision >= revision) return;
    // One that is under way may have begun before the change that is wanted.
    await this.#following?.catch(() => {});
    if (this.#revision < revision) await this.#follow();
  }

  #follow(): Promise<void> {
    this.#following ??= this.#catchUp().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const { revision, changes, more } = await this.#source.changes(this.#position);
      // The directory was set back, by a restore: what was read of it may never have been.
      if (revision < this.#position) {
        this.#trie = new Trie();
        this.#position = 0;
        continue;
      }
      for (const change of changes) this.#apply(change);
      if (more) continue;
      this.#revision = revision;
      return;
    }
  }

  #apply({ changed, removed, ...binding }: BindingChange): void {
    if (removed) this.#trie.remove(binding);
    else this.#trie.add(binding);
    this.#position = changed;
  }
}

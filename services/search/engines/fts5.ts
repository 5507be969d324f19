import { renameSync } from "node:fs";
import { join } from "node:path";
import { refuse } from "../../../contract/errors.ts";
import { type FolderLock, lockFolder } from "../../../mixins/folder-lock.ts";
import type { Engine, Hit, Lookup, Rebuild } from "./engine.ts";
import { FileIndex, removeIndex } from "./fts5/file-index.ts";

type Lost = (reason: string) => void;

/** SQLite's FTS5 in a file of its own, which is nobody's truth: lost or damaged it is built anew from the log. */
export class Fts5 implements Engine {
  /** The id that it goes on below · the time and the upper end of the first page, and rank and id that it goes on behind. */
  readonly positions = { newest: 1, relevance: 4 };
  readonly #folder: string;
  readonly #lost = new Set<Lost>();
  #lock: FolderLock | undefined;
  #current: FileIndex;
  #next: FileIndex | undefined;

  /** @param folder of `search.db` */
  constructor(folder: string) {
    this.#folder = folder;
    this.#current = this.#at(Promise.resolve());
  }

  async open(): Promise<void> {
    this.#lock = lockFolder(this.#folder, "search.lock");
    // What was being built when the process ended.
    removeIndex(join(this.#folder, "search-next.db"));
  }

  get index(): FileIndex {
    return this.#current;
  }

  find(lookup: Lookup): Promise<Hit[]> {
    return this.#current.find(lookup);
  }

  onLost(listener: Lost): void {
    this.#lost.add(listener);
  }

  async rebuild(): Promise<Rebuild> {
    if (this.#next) throw refuse("conflict", "The index is being rebuilt already");
    let lost: string | undefined;
    const next = new FileIndex(join(this.#folder, "search-next.db"), Promise.resolve(), (_index, reason) => {
      lost = reason;
    });
    this.#next = next;
    const abandon = async () => {
      this.#next = undefined;
      await next.destroy();
    };
    // Makes the file.
    await next.cursors().catch(async (error) => {
      await abandon();
      throw error;
    });
    return {
      get lost() {
        return lost;
      },
      cursors: () => next.cursors(),
      apply: (changes) => next.apply(changes),
      adopt: async () => {
        const old = this.#current;
        const adopted = Promise.all([old.close(), next.close()]).then(() => {
          removeIndex(old.path);
          renameSync(next.path, old.path);
        });
        // Who looks for something meanwhile waits, and finds it in the new one.
        this.#current = this.#at(adopted);
        this.#next = undefined;
        await adopted;
      },
      abandon,
    };
  }

  async close(): Promise<void> {
    await this.#next?.destroy();
    await this.#current.close();
    this.#lock?.release();
  }

  /** The index that answers. @param opened what is to happen before */
  #at(opened: Promise<unknown>): FileIndex {
    return new FileIndex(join(this.#folder, "search.db"), opened, (index, reason) => this.#lose(index, reason));
  }

  #lose(index: FileIndex, reason: string): void {
    if (index !== this.#current) return;
    this.#current = this.#at(index.destroy());
    for (const listener of this.#lost) listener(reason);
  }
}

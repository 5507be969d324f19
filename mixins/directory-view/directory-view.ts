import { LOOKUP_ITEMS } from "../../contract/limits.ts";
import type { Credential, Principal } from "../../contract/principal.ts";
import { Held } from "./held.ts";

/** What the view asks of the directory. */
export type Directory = {
  revision(): Promise<number>;
  lookup(handles: string[]): Promise<{ revision: number; principals: Principal[] }>;
  credential(tokenHash: string): Promise<{ revision: number; credential: Credential | null }>;
};

/** A node's view of principals and tokens: held while the directory stays as it is. */
export class DirectoryView {
  readonly #directory: Directory;
  readonly #principals = new Held<Principal>();
  readonly #credentials = new Held<Credential>();
  readonly #listeners = new Set<() => void>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Calls back whenever the directory has changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The directory is at this revision: what is held of an older one is void. */
  heard(revision: number): void {
    const moved = [this.#principals.moved(revision), this.#credentials.moved(revision)];
    if (moved.some(Boolean)) for (const listener of this.#listeners) listener();
  }

  /** Asks for the revision, lest an event was lost. */
  async check(): Promise<void> {
    this.heard(await this.#directory.revision());
  }

  /** By the hex SHA-256 of a token; whether it has expired or its principal is disabled is the caller's to judge. */
  async credential(tokenHash: string): Promise<Credential | null> {
    const held = this.#credentials.peek(tokenHash);
    if (held) return held.value;
    const keep = this.#credentials.begin();
    const { revision, credential } = await this.#directory.credential(tokenHash);
    // Guesses of strangers are not worth the room.
    if (credential) keep(tokenHash, { revision, value: credential });
    return credential;
  }

  /** By handle (folded, without sigil); unknown ones are left out. */
  async byHandle(handles: string[]): Promise<Map<string, Principal>> {
    const found = new Map<string, Principal>();
    const missing: string[] = [];
    for (const handle of new Set(handles)) {
      const known = this.#principals.peek(handle);
      if (known === undefined) missing.push(handle);
      else if (known.value) found.set(handle, known.value);
    }
    for (let from = 0; from < missing.length; from += LOOKUP_ITEMS) {
      const asked = missing.slice(from, from + LOOKUP_ITEMS);
      const keep = this.#principals.begin();
      const { revision, principals } = await this.#directory.lookup(asked);
      const byHandle = new Map(principals.map((principal) => [principal.handle, principal]));
      for (const handle of asked) {
        const value = byHandle.get(handle) ?? null;
        keep(handle, { revision, value });
        if (value) found.set(handle, value);
      }
    }
    return found;
  }
}

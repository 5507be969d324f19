import type { Credential, Principal } from "../../contract/principal.ts";
import { LookUps } from "./look-ups.ts";

/** What the view asks of the directory: about at most `LOOKUP_ITEMS` at once. */
export type Directory = {
  revision(): Promise<number>;
  lookup(handles: string[]): Promise<{ revision: number; principals: Principal[] }>;
  credentials(tokenHashes: string[]): Promise<{ revision: number; credentials: Credential[] }>;
};

/** A node's view of principals and tokens: held while the directory stays as it is. */
export class DirectoryView {
  readonly #directory: Directory;
  readonly #principals: LookUps<Principal>;
  readonly #credentials: LookUps<Credential>;
  readonly #listeners = new Set<() => void>();

  constructor(directory: Directory) {
    this.#directory = directory;
    this.#principals = new LookUps(async (handles) => {
      const { revision, principals } = await directory.lookup(handles);
      return { revision, values: new Map(principals.map((principal) => [principal.handle, principal])) };
    });
    this.#credentials = new LookUps(async (tokenHashes) => {
      const { revision, credentials } = await directory.credentials(tokenHashes);
      return { revision, values: new Map(credentials.map((credential) => [credential.tokenHash, credential])) };
    });
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
  credential(tokenHash: string): Promise<Credential | null> {
    return this.#credentials.find(tokenHash);
  }

  /** By handle (folded, without sigil); unknown ones are left out. */
  async byHandle(handles: string[]): Promise<Map<string, Principal>> {
    const found = await Promise.all([...new Set(handles)].map((handle) => this.#principals.find(handle)));
    return new Map(found.filter((principal) => principal !== null).map((principal) => [principal.handle, principal]));
  }
}

import type { Credential, Principal, Sender } from "../../contract/principal.ts";
import { LookUps } from "./look-ups.ts";

/** What the view asks of the directory: about at most `LOOKUP_ITEMS` at once. */
export type Directory = {
  revision(): Promise<number>;
  lookup(handles: string[]): Promise<{ revision: number; principals: Principal[] }>;
  credentials(tokenHashes: string[]): Promise<{ revision: number; credentials: Credential[] }>;
  senders(ids: string[]): Promise<{ revision: number; senders: Sender[] }>;
};

/** A node's view of principals and tokens: held while the directory stays as it is. */
export class DirectoryView {
  readonly #directory: Directory;
  readonly #principals: LookUps<Principal>;
  readonly #credentials: LookUps<Credential>;
  readonly #senders: LookUps<Sender>;
  #revision = 0;
  readonly #listeners = new Set<() => void>();
  readonly #setBack = new Set<() => void>();

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
    this.#senders = new LookUps(async (ids) => {
      const { revision, senders } = await directory.senders(ids);
      return { revision, values: new Map(senders.map((sender) => [sender.id, sender])) };
    });
  }

  /** The highest revision that was heard of, since the directory was last set back. */
  get revision(): number {
    return this.#revision;
  }

  /** Calls back whenever the directory has changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Calls back when a restore has set the directory back: what was read of it may never have been. */
  onSetBack(listener: () => void): void {
    this.#setBack.add(listener);
  }

  /** The directory is at this revision: what is held of an older one is void. */
  heard(revision: number): void {
    if (revision > this.#revision) this.#move(revision);
  }

  /** Asks for the revision, lest an event was lost. One below what was known when it was asked for was set back. */
  async check(): Promise<void> {
    const known = this.#revision;
    const revision = await this.#directory.revision();
    if (revision >= known) return this.heard(revision);
    this.#move(revision);
    for (const listener of this.#setBack) listener();
  }

  #move(revision: number): void {
    this.#revision = revision;
    for (const held of [this.#principals, this.#credentials, this.#senders]) held.moved(revision);
    for (const listener of this.#listeners) listener();
  }

  /** By the hex SHA-256 of a token; whether it has expired or its principal is disabled is the caller's to judge. */
  credential(tokenHash: string): Promise<Credential | null> {
    return this.#credentials.find(tokenHash);
  }

  /** By id; whether he is disabled is the caller's to judge. */
  sender(id: string): Promise<Sender | null> {
    return this.#senders.find(id);
  }

  /** By handle (folded, without sigil); unknown ones are left out. */
  async byHandle(handles: string[]): Promise<Map<string, Principal>> {
    const found = await Promise.all([...new Set(handles)].map((handle) => this.#principals.find(handle)));
    return new Map(found.filter((principal) => principal !== null).map((principal) => [principal.handle, principal]));
  }
}

import type { Presence } from "../../client/wirehouse.ts";
import type { Names } from "../names.ts";

/** Milliseconds after which nobody types any more who was said to. */
const STALE = 6_000;
/** Names of those who type. */
const TYPISTS = 3;

/** Who is here, and who is typing: one line. */
export class Audience {
  readonly #names: Names;
  readonly #here = new Set<string>();
  readonly #typing = new Map<string, NodeJS.Timeout>();
  readonly #changed: (line: string) => void;

  constructor(names: Names, changed: (line: string) => void) {
    this.#names = names;
    this.#changed = changed;
  }

  presence({ principalId, status }: Presence): void {
    if (status === "offline") this.#here.delete(principalId);
    else this.#here.add(principalId);
    this.#tell();
  }

  typing(principalId: string): void {
    clearTimeout(this.#typing.get(principalId));
    this.#typing.set(
      principalId,
      setTimeout(() => this.stopped(principalId), STALE),
    );
    void this.#names.learn([principalId]).then(
      () => this.#tell(),
      () => undefined,
    );
  }

  /** He has said what he typed, or types no more. */
  stopped(principalId: string): void {
    clearTimeout(this.#typing.get(principalId));
    if (this.#typing.delete(principalId)) this.#tell();
  }

  close(): void {
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
  }

  #tell(): void {
    const typists = [...this.#typing.keys()].map((id) => `@${this.#names.of(id).handle}`);
    const more = typists.length > TYPISTS ? ` and ${typists.length - TYPISTS} more` : "";
    const typing = typists.length > 0 ? ` · ${typists.slice(0, TYPISTS).join(", ")}${more} typing…` : "";
    this.#changed(this.#here.size + typists.length > 0 ? `● ${this.#here.size} here${typing}` : "");
  }
}

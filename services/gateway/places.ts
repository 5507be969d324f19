import { refuse } from "../../contract/errors.ts";

/** How many of something each principal holds at this gateway, up to a bound: nobody takes the places of all. */
export class Places {
  readonly #bound: number;
  readonly #taken = new Map<string, number>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  /**
   * Takes a place of a principal's.
   * @returns what gives it back, once
   * @throws too-many
   */
  take(principalId: string): () => void {
    const taken = this.#taken.get(principalId) ?? 0;
    if (taken >= this.#bound) throw refuse("too-many", `More than ${this.#bound} streams of one principal here`);
    this.#taken.set(principalId, taken + 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#free(principalId);
      isHeld = false;
    };
  }

  #free(principalId: string): void {
    const left = (this.#taken.get(principalId) ?? 0) - 1;
    if (left > 0) this.#taken.set(principalId, left);
    else this.#taken.delete(principalId);
  }
}

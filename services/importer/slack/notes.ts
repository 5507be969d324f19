/** Names a note tells; more of a kind are counted only, so that a summary stays readable whatever the archive. */
const NAMED = 100;

/** What is imported as something else than it was: by kind, and by name. */
export class Notes {
  readonly #kinds = new Map<string, { count: number; named: string[] }>();

  /** @param kind what happens to them, as the end of a sentence that begins with their number */
  add(kind: string, name?: string): void {
    const noted = this.#kinds.get(kind) ?? { count: 0, named: [] };
    noted.count += 1;
    if (name !== undefined && noted.named.length < NAMED) noted.named.push(name);
    this.#kinds.set(kind, noted);
  }

  /** A line a kind. */
  lines(): string[] {
    return [...this.#kinds].map(([kind, { count, named }]) => {
      const more = count - named.length;
      const names = named.length === 0 ? "" : `: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
      return `${count} ${kind}${names}`;
    });
  }
}

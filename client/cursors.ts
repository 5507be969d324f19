import type { Entry } from "./words.ts";

/** How far one conversation was told. */
type Place = {
  /** Undefined from `joined` to its first entries, which say where they begin. */
  seq?: number;
  /** Of the entry at `seq`, if it was told here. */
  hash?: string;
};

/** What a greeting changes: conversations that came or went meanwhile, and those that go on after a gap. */
export type Changes = { joined: string[]; left: string[]; reset: { conversationId: string; head: number }[] };

/** What frames of entries bring: the news among them, and whether what they follow is what was told. */
export type Taken = {
  news: Entry[];
  /** Something between is missing: it comes when the stream is resumed. */
  gap?: true;
  /** The log is another than that which was told: it was set back. */
  reset?: number;
};

/** Where each conversation stands: holds what the server tells to "once, in order, without a gap". */
export class Cursors {
  readonly #places = new Map<string, Place>();
  /** Whether anything is known of where one stood before. */
  #isNew: boolean;

  constructor(given?: Readonly<Record<string, number>>) {
    this.#isNew = given === undefined;
    for (const [conversationId, seq] of Object.entries(given ?? {})) this.#places.set(conversationId, { seq });
  }

  /**
   * Seqs by conversation.
   * @param bytes of the JSON, at most: if all would be more, those that moved last
   */
  all(bytes = Number.POSITIVE_INFINITY): Record<string, number> {
    const found: [string, number][] = [];
    let left = bytes;
    for (const [conversationId, { seq }] of [...this.#places].reverse()) {
      left -= `"${conversationId}":${seq},`.length;
      if (left < 0) break;
      if (seq !== undefined) found.push([conversationId, seq]);
    }
    return Object.fromEntries(found.reverse());
  }

  /** Compares with where the conversations end, after a `hello` with these cursors. */
  greet(heads: Readonly<Record<string, number>>, sent: Readonly<Record<string, number>>): Changes {
    const changes: Changes = { joined: [], left: [], reset: [] };
    for (const [conversationId, head] of Object.entries(heads)) {
      const place = this.#places.get(conversationId);
      const isResumed = Object.hasOwn(sent, conversationId) && place?.seq !== undefined && place.seq <= head;
      if (isResumed || place?.seq === head) continue;
      this.#places.set(conversationId, { seq: head });
      if (this.#isNew) continue;
      if (!place) changes.joined.push(conversationId);
      changes.reset.push({ conversationId, head });
    }
    for (const conversationId of this.#places.keys()) {
      if (Object.hasOwn(heads, conversationId)) continue;
      this.#places.delete(conversationId);
      changes.left.push(conversationId);
    }
    this.#isNew = false;
    return changes;
  }

  joined(conversationId: string): void {
    this.#places.set(conversationId, {});
  }

  left(conversationId: string): void {
    this.#places.delete(conversationId);
  }

  /** Looks at entries that were told; `moved` then says that they were handed on. */
  take(conversationId: string, entries: readonly Entry[]): Taken {
    const place = this.#places.get(conversationId) ?? {};
    const news = entries.filter(({ seq }) => place.seq === undefined || seq > place.seq);
    const [first] = news;
    if (!first) return { news };
    if (place.seq !== undefined && first.seq !== place.seq + 1) return { news: [], gap: true };
    for (const [index, { seq, prevHash }] of news.entries()) {
      const before = news[index - 1];
      if (before && (seq !== before.seq + 1 || prevHash !== before.hash)) return { news: [], gap: true };
    }
    const isAnother = place.hash !== undefined && place.hash !== first.prevHash;
    return isAnother ? { news, reset: first.seq - 1 } : { news };
  }

  moved(conversationId: string, news: readonly Entry[]): void {
    const last = news.at(-1);
    if (!last) return;
    this.#places.delete(conversationId);
    this.#places.set(conversationId, { seq: last.seq, hash: last.hash });
  }
}

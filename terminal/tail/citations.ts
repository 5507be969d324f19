import { type Entry, Refused, type Rest } from "../../client/wirehouse.ts";
import type { Cited } from "./lines.ts";

/** Messages that are remembered: threads are mostly about what was said lately. */
const REMEMBERED = 1000;

/** What messages say that others answer, edit or react to. */
export class Citations {
  readonly #rest: Pick<Rest, "ask">;
  readonly #conversationId: string;
  readonly #said = new Map<number, Cited>();

  constructor(rest: Pick<Rest, "ask">, conversationId: string) {
    this.#rest = rest;
    this.#conversationId = conversationId;
  }

  /** The message that an entry is about, as it was until then. */
  async of({ replyTo, targetSeq }: Entry): Promise<Cited | undefined> {
    const seq = replyTo ?? targetSeq;
    if (seq === undefined) return undefined;
    const known = this.#said.get(seq) ?? (await this.#asked(seq));
    if (known) this.#keep(seq, known);
    return known;
  }

  /** What an entry says, for those after it. */
  note({ type, seq, targetSeq, senderId, body }: Entry): void {
    if (type === "message") this.#keep(seq, { senderId, text: body?.text });
    const known = targetSeq !== undefined && this.#said.get(targetSeq);
    if (!known) return;
    if (type === "edit" && body) known.text = body.text;
    if (type === "redact") known.text = undefined;
  }

  async #asked(seq: number): Promise<Cited | undefined> {
    try {
      return await this.#rest.ask<Cited>("GET", `/conversations/${this.#conversationId}/messages/${seq}`);
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }

  #keep(seq: number, cited: Cited): void {
    this.#said.delete(seq);
    this.#said.set(seq, cited);
    const [oldest] = this.#said.keys();
    if (this.#said.size > REMEMBERED && oldest !== undefined) this.#said.delete(oldest);
  }
}

import { BODY_BYTES, FRAME_BATCH } from "../contract/limits.ts";
import { Refused, Unanswered } from "./failures.ts";
import { Lane, type Letter } from "./lane.ts";
import type { Message, Problem, Published, Receipt } from "./words.ts";

/** Sends that may wait, by number and bytes. */
export const WAITING_SENDS = 10_000;
export const WAITING_BYTES = 16 * 1024 * 1024;
/** Sends under way at once, by number and bytes: less than that for which a server stops reading. */
const UNDER_WAY = 1_000;
const UNDER_WAY_BYTES = 1024 * 1024;

type Answer = Receipt | Published;

const encoder = new TextEncoder();
const isPassing = ({ status }: Problem): boolean => status === 429 || status === 503;

/**
 * Sends that nobody has answered yet. To each address one batch is under way, and what comes after it waits for its
 * answers: so nothing that was sent later passes what has to be sent again, after a refusal for the moment or a broken
 * connection, and the server commits a batch as one anyway.
 */
export class Outbox {
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #lanes = new Map<string, Lane>();
  readonly #underWay = new Map<string | number, Letter>();
  #serial = 0;
  #count = 0;
  #bytes = 0;
  #bytesUnderWay = 0;

  /** @param now milliseconds that never go back */
  constructor(now: () => number = () => performance.now(), random: () => number = Math.random) {
    this.#now = now;
    this.#random = random;
  }

  /** How many are unanswered. */
  get size(): number {
    return this.#count;
  }

  get isUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Milliseconds until the next of those that were refused for the moment may be tried again, if any. */
  get nextTry(): number | undefined {
    const now = this.#now();
    const held = [...this.#lanes.values()].flatMap(({ heldUntil = 0 }) => (heldUntil > now ? heldUntil - now : []));
    return held.length === 0 ? undefined : Math.min(...held);
  }

  /**
   * @param patience milliseconds for an answer
   * @returns the answer; rejects with `Refused` or `Unanswered`
   */
  push(to: string, message: Message & { clientMessageId: string }, patience: number): Promise<Answer> {
    const { clientMessageId } = message;
    const ref = ++this.#serial;
    const text = JSON.stringify({ type: "send", ref, to, ...message });
    const { length: bytes } = encoder.encode(text);
    if (bytes > BODY_BYTES) return Promise.reject(new Refused(tooLarge(bytes)));
    if (this.#count >= WAITING_SENDS || this.#bytes + bytes > WAITING_BYTES)
      return Promise.reject(new Unanswered("full", clientMessageId));
    const expires = this.#now() + patience;
    const lane = this.#lanes.get(to) ?? new Lane(this.#random);
    this.#lanes.set(to, lane);
    this.#count++;
    this.#bytes += bytes;
    return new Promise((resolve, reject) =>
      lane.push({ ref, to, text, bytes, clientMessageId, expires, resolve, reject, state: "waiting" }),
    );
  }

  /** The next message for the server, of one frame or several, if there is something to send now. */
  take(): string | undefined {
    const texts: string[] = [];
    // Brackets; each frame counts with a comma.
    let room = BODY_BYTES - 1;
    for (const lane of this.#lanes.values()) {
      if (!lane.isFree(this.#now())) continue;
      for (let letter = lane.peek(); letter; letter = lane.peek()) {
        room -= letter.bytes + 1;
        const isFull = texts.length > 0 && (texts.length === FRAME_BATCH || room < 0);
        const isEnough = this.#underWay.size >= UNDER_WAY || this.#bytesUnderWay >= UNDER_WAY_BYTES;
        if (isFull || isEnough) return framed(texts);
        lane.go();
        this.#underWay.set(letter.ref, letter);
        this.#bytesUnderWay += letter.bytes;
        texts.push(letter.text);
      }
    }
    return framed(texts);
  }

  acknowledged(ref: string | number, answer: Answer): void {
    this.#answered(ref, (letter) => {
      this.#settle(letter, () => letter.resolve(answer));
      return 0;
    });
  }

  refused(ref: string | number, problem: Problem): void {
    this.#answered(ref, (letter) => {
      const again = this.#now() + (problem.retryAfter ?? 0) * 1000;
      if (!isPassing(problem) || again >= letter.expires) {
        this.#settle(letter, () => letter.reject(new Refused(problem)));
        return 0;
      }
      if (letter.state === "under way") letter.state = "refused";
      return again;
    });
  }

  /** The connection is gone: what was under way is sent again, first. */
  interrupted(): void {
    this.#underWay.clear();
    this.#bytesUnderWay = 0;
    for (const [to, lane] of this.#lanes) {
      lane.interrupted();
      if (lane.isEmpty) this.#lanes.delete(to);
    }
  }

  /** Gives up what has waited for too long. */
  expire(): void {
    const now = this.#now();
    for (const [to, lane] of this.#lanes) {
      for (const letter of lane.letters) if (letter.expires <= now) this.#giveUp(letter, "late");
      lane.prune();
      if (lane.isEmpty) this.#lanes.delete(to);
    }
  }

  /** Gives up everything. */
  close(): void {
    for (const lane of this.#lanes.values()) for (const letter of lane.letters) this.#giveUp(letter, "closed");
    this.#lanes.clear();
    this.interrupted();
  }

  /** @param judge settles the letter or not; says when its lane may be tried again at the earliest */
  #answered(ref: string | number, judge: (letter: Letter) => number): void {
    const letter = this.#underWay.get(ref);
    const lane = letter && this.#lanes.get(letter.to);
    if (!letter || !lane) return;
    this.#underWay.delete(ref);
    this.#bytesUnderWay -= letter.bytes;
    lane.answered(this.#now(), judge(letter));
    if (lane.isEmpty) this.#lanes.delete(letter.to);
  }

  #giveUp(letter: Letter, reason: "late" | "closed"): void {
    this.#settle(letter, () => letter.reject(new Unanswered(reason, letter.clientMessageId)));
  }

  #settle(letter: Letter, tell: () => void): void {
    if (letter.state === "settled") return;
    letter.state = "settled";
    this.#count--;
    this.#bytes -= letter.bytes;
    tell();
  }
}

const framed = (texts: readonly string[]): string | undefined => (texts.length > 1 ? `[${texts.join(",")}]` : texts[0]);

const tooLarge = (bytes: number): Problem => ({
  type: "urn:wirehouse:problem:too-large",
  title: "The request is too large",
  status: 413,
  detail: `The message would be a frame of ${bytes} bytes, and ${BODY_BYTES} is the most`,
});

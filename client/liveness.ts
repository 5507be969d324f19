/**
 * Milliseconds between two looks whether a connection lives. What follows is counted in looks: time in which nobody looks,
 * since the machine sleeps or the page is in the background, proves nothing.
 */
export const LOOK = 1_000;
/** Looks for a connection to be made and greeted. */
const GREETING = 10;
/** Looks without a word after which the server is asked for one: while nothing is awaited, and while something is. */
const QUIET = 20;
const WAITING = 3;
/** Looks for an answer to that. */
const ANSWER = 5;
/** Looks that a greeted connection must have lived for its end not to count as one more failure. */
const SOUND = 5;

/**
 * A send that can't be sent: every server refuses it at once, and so shows that it is there. Browsers don't show the pings
 * of a WebSocket to their pages, and a connection that fell silent stays open for a quarter of an hour.
 */
export const ARE_YOU_THERE = '{"type":"send","ref":"are you there"}';

/** Whether one connection lives. */
export class Liveness {
  #isGreeted = false;
  /** Looks since it began, since a word was heard, and since it was asked for one. */
  #age = 0;
  #silence = 0;
  #asked: number | undefined;

  get isSound(): boolean {
    return this.#isGreeted && this.#age >= SOUND;
  }

  greeted(): void {
    this.#isGreeted = true;
  }

  heard(): void {
    this.#silence = 0;
    this.#asked = undefined;
  }

  /** @param isWaiting whether an answer is awaited */
  look(isWaiting: boolean): "alive" | "ask" | "dead" {
    this.#age++;
    this.#silence++;
    if (!this.#isGreeted) return this.#age > GREETING ? "dead" : "alive";
    if (this.#asked !== undefined) return ++this.#asked > ANSWER ? "dead" : "alive";
    if (this.#silence <= (isWaiting ? WAITING : QUIET)) return "alive";
    this.#asked = 0;
    return "ask";
  }
}

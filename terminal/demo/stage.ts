import { Wirehouse } from "../../client/wirehouse.ts";
import { once } from "./once.ts";
import type { Scenery } from "./scenery.ts";
import type { Script } from "./script.ts";

/** Streams at the same time: enough for a busy channel, and few for a laptop. */
const CAST = 64;
/** Milliseconds after which somebody goes offline who does nothing. */
const IDLE = 60_000;

/** Somebody with a stream of his own. */
export type Actor = { wire: Wirehouse; last: number; places: Map<string, Promise<unknown>> };

/** Who is online: everybody comes when his part does, with a token and a stream, and goes when it is over. */
export class Stage {
  /** Entries that streams were told. */
  delivered = 0;
  readonly #url: string;
  readonly #scenery: Scenery;
  readonly #people: Script["people"];
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #here = new Map<string, Actor>();

  constructor(url: string, scenery: Scenery, people: Script["people"]) {
    this.#url = url;
    this.#scenery = scenery;
    this.#people = people;
  }

  get size(): number {
    return this.#here.size;
  }

  /** @throws CannotStart, Refused: he can't be had */
  async enter(handle: string): Promise<Actor> {
    const part = this.#people.get(handle);
    if (!part) throw new Error(`The script has no ${handle}`);
    const token = await once(this.#tokens, handle, () => this.#scenery.token(part));
    const actor = this.#here.get(handle) ?? { wire: this.#connect(token), last: 0, places: new Map() };
    actor.last = performance.now();
    this.#here.delete(handle);
    this.#here.set(handle, actor);
    this.#tidy();
    return actor;
  }

  /** The same, as a member of a place. @returns the conversation's id too */
  async enterPlace(handle: string, place: string): Promise<{ actor: Actor; id: string }> {
    const [actor, id] = await Promise.all([this.enter(handle), this.#scenery.place(place)]);
    await once(actor.places, place, () =>
      actor.wire.rest.ask("POST", `/conversations/${id}/members`, { principal: `@${handle}` }),
    );
    return { actor, id };
  }

  close(): void {
    for (const { wire } of this.#here.values()) wire.close();
    this.#here.clear();
  }

  #connect(token: string): Wirehouse {
    return new Wirehouse({
      url: this.#url,
      token,
      on: {
        entries: ({ entries }) => {
          this.delivered += entries.length;
        },
      },
    });
  }

  /** Those who did nothing for the longest time stand first. */
  #tidy(): void {
    for (const [handle, { wire, last }] of this.#here) {
      if (this.#here.size <= CAST && performance.now() - last < IDLE) return;
      if (wire.unanswered > 0) continue;
      wire.close();
      this.#here.delete(handle);
    }
  }
}

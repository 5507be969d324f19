import { Refused, type Rest } from "../../client/wirehouse.ts";
import { CannotStart } from "../../contract/errors.ts";
import type { Named } from "../names.ts";
import { once } from "./once.ts";
import type { Part, Place, Script } from "./script.ts";

type Asked = Pick<Rest, "ask" | "all">;

/** Hours that a token of the demo lives: long enough to look around afterwards. */
const TOKEN_HOURS = 24;

const statusOf = (error: unknown): number | undefined => (error instanceof Refused ? error.problem.status : undefined);

/** What a script needs at a server, made where it isn't there already: by an administrator, over REST. */
export class Scenery {
  readonly #admin: Asked;
  readonly #script: Script;
  /** What places are called at the server. */
  readonly #names = new Map<string, string>();
  readonly #places = new Map<string, Promise<string>>();

  constructor(admin: Asked, script: Script) {
    this.#admin = admin;
    this.#script = script;
  }

  /** Whether the place was there before, by an import or an earlier demo. */
  async has(name: string): Promise<boolean> {
    return (await this.#found(this.#named(name))) !== undefined;
  }

  /** What the place is called at the server, once it is there. */
  called(name: string): string {
    return this.#names.get(name) ?? name;
  }

  /** Binds topics to their places. */
  async bind(): Promise<void> {
    const bound: { pattern: string; conversationId: string }[] = [];
    for await (const binding of this.#admin.all<(typeof bound)[number]>("/bindings?limit=200")) bound.push(binding);
    for (const { pattern, place } of this.#script.bindings) {
      const conversationId = await this.place(place);
      if (bound.some((one) => one.pattern === pattern && one.conversationId === conversationId)) continue;
      await this.#admin.ask("POST", "/bindings", { pattern, conversationId });
    }
  }

  /** The conversation's id. @param name as the script calls it */
  place(name: string): Promise<string> {
    return once(this.#places, name, () => this.#placed(name));
  }

  /** A token of somebody. @throws CannotStart when the handle is somebody else's here: nobody speaks in his name */
  async token({ handle, name, kind, publish }: Part): Promise<string> {
    try {
      await this.#admin.ask("POST", "/principals", { handle, name, kind, ...(publish && { publish }) });
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      const there = await this.#admin.ask<Named>("GET", `/principals/${handle}`);
      if (there.name !== name) throw new CannotStart(`There is another @${handle} here, ${there.name}`);
    }
    const expiresAt = new Date(Date.now() + TOKEN_HOURS * 3_600_000).toISOString();
    const made = { label: "demo", expiresAt };
    return (await this.#admin.ask<{ token: string }>("POST", `/principals/${handle}/tokens`, made)).token;
  }

  async #placed(name: string): Promise<string> {
    const place = this.#named(name);
    const { id, purpose } = place;
    const found = await this.#found(place);
    this.#names.set(name, found ?? name);
    if (found !== undefined) return id;
    const made = { id, kind: "channel", ...(purpose && { purpose }) };
    try {
      await this.#admin.ask("POST", "/conversations", { ...made, name });
    } catch (error) {
      // The name is taken by a channel that has nothing to do with the demo.
      if (statusOf(error) !== 409) throw error;
      this.#names.set(name, `${name}-demo`);
      await this.#admin.ask("POST", "/conversations", { ...made, name: this.called(name) });
    }
    return id;
  }

  /** What it is called at the server, if it is there. */
  async #found({ id }: Place): Promise<string | undefined> {
    try {
      return (await this.#admin.ask<{ name: string }>("GET", `/conversations/${id}`)).name;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  #named(name: string): Place {
    const place = this.#script.places.get(name);
    if (!place) throw new Error(`The script has no place ${name}`);
    return place;
  }
}

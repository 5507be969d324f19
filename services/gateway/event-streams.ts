import type { ServerResponse } from "node:http";
import { refuse } from "../../contract/errors.ts";
import { EVENT_STREAMS, EVENT_STREAMS_OF_ONE } from "../../contract/limits.ts";
import type { Credential } from "../../contract/principal.ts";
import type { FanOut } from "../../mixins/fan-out/fan-out.ts";
import type { FindCredential } from "./authenticate.ts";
import { Places } from "./places.ts";
import { security } from "./problem.ts";
import { EventStream } from "./stream/event-stream.ts";
import type { Log } from "./stream/log.ts";
import { Standing } from "./stream/standing.ts";

/** Milliseconds without an entry after which a stream says that it is alive, and looks whether it has missed one. */
const ALIVE = 20_000;

type Options = {
  fanOut: Pick<FanOut, "onAnnouncement" | "subscribed">;
  find: FindCredential;
  read: Log["read"];
  failed(error: unknown): void;
};

/** The server-sent events of a gateway: who may listen on, and the end of all of them. */
export class EventStreams {
  readonly #options: Options;
  readonly #standing: Standing;
  readonly #open = new Set<EventStream>();
  readonly #places = new Places(EVENT_STREAMS_OF_ONE);
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#standing = new Standing(options.find, options.failed);
  }

  get open(): number {
    return this.#open.size;
  }

  /**
   * Tells a caller who was found to be a member what comes after `cursor`, until one of them ends it.
   * @throws too-many
   */
  async follow(
    response: ServerResponse,
    credential: Credential,
    conversationId: string,
    cursor: number,
  ): Promise<void> {
    // Of a client that has gone already no end would be heard.
    if (response.destroyed) return;
    if (this.#open.size >= EVENT_STREAMS) throw refuse("too-many", "Too many event streams are open here");
    const leave = this.#places.take(credential.principal.id);
    const { fanOut, read, failed } = this.#options;
    const stream = new EventStream({
      response,
      cursor,
      alive: ALIVE,
      read: (after) => read(credential.principal.id, conversationId, after),
      subscribe: (grown) => {
        const unsubscribe = fanOut.onAnnouncement(conversationId, grown);
        // What was announced before it is heard is found in the log.
        fanOut.subscribed().then(grown, failed);
        return unsubscribe;
      },
      failed,
    });
    this.#open.add(stream);
    this.#standing.add(stream, credential);
    if (this.#stopped) stream.close();
    try {
      await stream.run(security);
    } finally {
      leave();
      this.#open.delete(stream);
      this.#standing.delete(stream);
    }
  }

  /** The directory has changed: streams whose credential no longer holds end. */
  judge(): void {
    this.#standing.judge();
  }

  /** Ends them all, and those to come at once; their clients come back by themselves. */
  stop(): void {
    this.#stopped = true;
    this.#standing.stop();
    for (const stream of this.#open) stream.close();
  }
}

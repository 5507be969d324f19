import { type Entry, Wirehouse } from "../../client/wirehouse.ts";
import { closeCodes } from "../../contract/close-codes.ts";
import { Names } from "../names.ts";
import type { Paint } from "../paint.ts";
import type { Screen } from "../screen.ts";
import { Audience } from "./audience.ts";
import type { Bookmark } from "./bookmark.ts";
import { Citations } from "./citations.ts";
import { day, lines } from "./lines.ts";

/** Why a token is refused, in a sentence. */
export const NO_TOKEN = "The server doesn't take the token: it is wrong, revoked or has expired.";

/** Members whose presence is told: as many as a stream may watch. */
const WATCHED = 1000;
/** Milliseconds after which new members are watched too. */
const SOON = 1_000;

export type Following = {
  url: string;
  token: string;
  conversationId: string;
  /** The last seq that was seen. */
  after: number;
  /** One's own handle. */
  me: string;
  screen: Screen;
  paint: Paint;
  bookmark: Bookmark;
};

/** Shows what comes after a seq of a conversation, until it is closed or there is nothing more to see. */
export class Follow {
  /** Why it ended, in a sentence; "" when it was closed. */
  readonly ended: Promise<string>;
  readonly #following: Following;
  readonly #wire: Wirehouse;
  readonly #names: Names;
  readonly #citations: Citations;
  readonly #audience: Audience;
  readonly #end: (why: string) => void;
  #day = "";
  #isLost = false;
  /** What was told so far is shown when it resolves: entries wait for each other's names. */
  #shown: Promise<void> = Promise.resolve();
  #watching: NodeJS.Timeout | undefined;

  constructor(following: Following) {
    const { url, token, conversationId, after, screen } = following;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#end = resolve;
    this.#following = following;
    this.#wire = new Wirehouse({
      url,
      token,
      cursors: { [conversationId]: after },
      on: {
        ready: () => this.#greeted(),
        entries: (event) => this.#mine(event, () => this.#take(event.entries)),
        reset: (event) => this.#mine(event, () => this.#note(`the log goes on after ${event.head}: it was set back`)),
        left: (event) => this.#mine(event, () => this.#leave("You are not in it any more.")),
        typing: (event) => this.#mine(event, () => this.#audience.typing(event.principalId)),
        presence: (event) => this.#audience.presence(event),
        closed: ({ code, again }) => this.#broken(code, again),
      },
    });
    this.#names = new Names(this.#wire.rest);
    this.#citations = new Citations(this.#wire.rest, conversationId);
    this.#audience = new Audience(this.#names, (line) => screen.status(line));
  }

  /** Ends it; what was told by then is noted as seen. */
  close(why = ""): void {
    this.#wire.close();
    this.#audience.close();
    clearTimeout(this.#watching);
    this.#following.screen.status("");
    this.#following.bookmark.keep();
    this.#end(why);
  }

  #mine({ conversationId }: { conversationId: string }, take: () => void): void {
    if (conversationId === this.#following.conversationId) take();
  }

  #greeted(): void {
    if (this.#isLost) this.#note("connected again");
    this.#isLost = false;
    this.#watchSoon(0);
  }

  #broken(code: number, again: number | undefined): void {
    if (again !== undefined) {
      if (!this.#isLost) this.#note("the connection is lost; it is tried again, and nothing is missed");
      this.#isLost = true;
    } else if (code === closeCodes.unauthorized) this.#leave(NO_TOKEN);
    else this.#leave(`The server has closed the stream for good (${code}).`);
  }

  #take(entries: readonly Entry[]): void {
    this.#then(async () => {
      await this.#names.learn(entries.flatMap(concerned));
      for (const entry of entries) {
        await this.#show(entry);
        this.#following.bookmark.shown(entry.seq);
      }
    });
    if (entries.some(({ type }) => type === "join")) this.#watchSoon(SOON);
  }

  async #show(entry: Entry): Promise<void> {
    const { screen, paint, me } = this.#following;
    const cited = await this.#citations.of(entry);
    if (cited) await this.#names.learn([cited.senderId]);
    const today = day(entry.sentAt);
    if (today !== this.#day) screen.line(paint("dim", `── ${today}`));
    this.#day = today;
    screen.line(lines(entry, { paint, me, cited, name: (id) => this.#names.of(id) }));
    this.#citations.note(entry);
    this.#audience.stopped(entry.senderId);
  }

  #note(text: string): void {
    const { screen, paint } = this.#following;
    this.#then(async () => screen.line(paint("dim", `── ${text}`)));
  }

  /** Ends it when what was told before is shown. */
  #leave(why: string): void {
    this.#then(async () => this.close(why));
  }

  /** One after the other. @param show what fails for good ends it */
  #then(show: () => Promise<void>): void {
    this.#shown = this.#shown.then(show).catch((error: unknown) => {
      this.close(error instanceof Error ? error.message : String(error));
    });
  }

  #watchSoon(wait: number): void {
    this.#watching ??= setTimeout(async () => {
      const path = `/conversations/${this.#following.conversationId}/members?limit=200`;
      const handles: string[] = [];
      try {
        for await (const { handle } of this.#wire.rest.all<{ handle: string }>(path)) {
          handles.push(`@${handle}`);
          if (handles.length === WATCHED) break;
        }
        this.#wire.watch(handles);
      } catch {
        // Who is here can wait for the next one who joins.
      } finally {
        this.#watching = undefined;
      }
    }, wait);
  }
}

/** Whose names an entry's line shows. */
const concerned = ({ senderId, body }: Entry): string[] =>
  body && "principalId" in body ? [senderId, body.principalId] : [senderId];

import { Refused, Unanswered, Wirehouse } from "../../../client/wirehouse.ts";
import type { History, Send, Shown } from "./history.ts";

type Options = {
  principalId: string;
  token: string;
  rooms: readonly string[];
  gateways: readonly string[];
  history: History;
};

/** A person with one client of the library, on which she sends and listens: what it promises is what is checked. */
export class Participant {
  readonly #options: Options;
  readonly #views: ReadonlyMap<string, Shown[]>;
  readonly #wire: Wirehouse;
  #serial = 0;

  constructor(options: Options) {
    this.#options = options;
    const { principalId, token, rooms, gateways, history } = options;
    this.#views = new Map(rooms.map((room) => [room, []]));
    for (const [room, entries] of this.#views) history.views.push({ principalId, room, entries });
    const surprise = (what: string) => (event: { conversationId: string }) =>
      history.surprises.push(`G4 ${principalId} was told of ${event.conversationId}: ${what}`);
    this.#wire = new Wirehouse({
      url: gateways,
      token,
      cursors: Object.fromEntries(rooms.map((room) => [room, 0])),
      on: {
        entries: ({ conversationId, entries }) => this.#views.get(conversationId)?.push(...entries),
        joined: surprise("joined"),
        left: surprise("left"),
        reset: surprise("reset"),
        closed: ({ code, again }) => {
          history.ends.push(code);
          if (again === undefined) history.surprises.push(`G4 the stream of ${principalId} has ended with ${code}`);
        },
      },
    });
  }

  get unanswered(): number {
    return this.#wire.unanswered;
  }

  send(room: string): Send {
    const { principalId: senderId, history } = this.#options;
    const clientMessageId = `${this.#serial++}`;
    const send: Send = { senderId, room, clientMessageId, text: `${clientMessageId} of ${senderId}` };
    history.sends.push(send);
    this.#wire.send(room, send.text, { clientMessageId }).then(
      ({ seq, hash }) => {
        send.outcome = { acknowledged: { seq, hash } };
      },
      (error: unknown) => {
        send.outcome = { refused: reasonOf(error) };
      },
    );
    return send;
  }

  /** How many entries of a room it was shown. */
  shown(room: string): number {
    return this.#views.get(room)?.length ?? 0;
  }

  close(): void {
    this.#wire.close();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.problem.type;
  return error instanceof Unanswered ? error.reason : String(error);
}

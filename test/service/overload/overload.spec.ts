import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import Type from "typebox";
import type { WebSocket } from "ws";
import { MAILBOX_BYTES } from "../../../contract/limits.ts";
import { WAITING_BYTES, WAITING_SENDS } from "../../../services/gateway/stream/sends.ts";
import { BUFFERED_BYTES } from "../../../services/gateway/stream/writer.ts";
import { Client as Person } from "../../support/client.ts";
import { ADMINISTRATOR } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { Stream } from "../gateway/edge.ts";
import { withOverloaded } from "./with-overloaded.ts";

const SENDERS = 5;
const SENDS = 100_000;
const EACH = SENDS / SENDERS;
const TEXT = "x".repeat(300);
/** Streams that open at once. */
const STORM = 3_000;
/** What objects take for a byte that is counted, at most. */
const OBJECTS = 2;
/** Bytes that code, caches and pools may have grown by. */
const SLACK = 16 * 2 ** 20;

const range = (length: number) => Array.from({ length }, (_, index) => index);

/** Of a log that verifies. */
async function entriesOf(who: Person, conversationId: string): Promise<number> {
  const verdict = Type.Object({ ok: Type.Literal(true), entries: Type.Number() });
  return (await who.ask(verdict, "POST", `/conversations/${conversationId}/verify`)).entries;
}

/** One that sends and does not read, until it is told to. */
class Mute {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, "ack" | "refused">();
  readonly #to: string;
  readonly offered: Promise<void>;

  constructor(stream: Stream, to: string) {
    this.#socket = stream.socket;
    this.#to = to;
    this.#socket.removeAllListeners("message").pause();
    this.#socket.on("message", (data: Buffer) => {
      // Entries come in the same frames' order, but are not what is counted here.
      const [, type, ref] = /^\{"type":"(ack|refused)","ref":(\d+)/.exec(data.subarray(0, 60).toString()) ?? [];
      if (type === "ack" || type === "refused") this.#answers.set(Number(ref), type);
    });
    this.offered = this.#offer();
  }

  read(): void {
    this.#socket.resume();
  }

  get answers(): ReadonlyMap<number, string> {
    return this.#answers;
  }

  /** Sends as fast as it is taken. */
  async #offer(): Promise<void> {
    for (let ref = 0; ref < EACH; ref++) {
      while (this.#socket.bufferedAmount > 64 * 1024) await pause(5);
      this.#socket.send(JSON.stringify({ type: "send", ref, to: this.#to, text: TEXT, clientMessageId: `${ref}` }));
    }
  }
}

describe("G8 overload is refused, not suffered", () => {
  it("100,000 sends to a conversation that is stuck, by who reads no answer: little is taken in, and all is answered later", () =>
    withOverloaded(async ({ url, state, hold, settled }) => {
      const admin = new Person(url, ADMINISTRATOR);
      const people = await Promise.all(range(SENDERS).map((number) => admin.person(`sender${number}`)));
      const [stuck, other] = [await admin.room(...people.map(({ handle }) => handle)), await admin.room()];
      const streams = await Promise.all(people.map(({ token }) => new Stream(url).hello({ token })));
      for (let warm = 0; warm < 50; warm++) await admin.send(stuck, TEXT, `warm-${warm}`);
      const [before, logBefore] = [await state(), await entriesOf(admin, stuck)];

      hold(stuck);
      const mutes = streams.map((stream) => new Mute(stream, stuck));
      // Each session takes in what may wait of it, and then no more.
      const taken = SENDERS * WAITING_SENDS * TEXT.length;
      await until(async () => (await state()).read - before.read > taken, "full sessions");
      const full = await settled();
      // Far from all of it was read, and what was read is within what limits.ts and the bounds of a socket allow.
      expect(full.read - before.read).to.be.lessThan((SENDS * TEXT.length) / 2);
      const bound = MAILBOX_BYTES + SENDERS * (WAITING_BYTES + BUFFERED_BYTES);
      expect(full.memory - before.memory).to.be.lessThan(OBJECTS * bound + SLACK);
      await admin.send(other, "somebody else is served", "other");

      hold(null);
      // They read nothing yet: their answers and everybody's entries wait for them, within the same bounds.
      const unread = await settled();
      expect(unread.memory - before.memory).to.be.lessThan(OBJECTS * bound + SLACK);
      for (const mute of mutes) mute.read();
      await Promise.all(mutes.map(({ offered }) => offered));
      await until(() => mutes.every(({ answers }) => answers.size === EACH), "all answers", 60_000);

      const after = await settled();
      expect(after.memory - before.memory).to.be.lessThan(OBJECTS * bound + SLACK);
      // What was refused may have been stored when the log did not answer in time; nothing was twice.
      const acknowledged = mutes.flatMap(({ answers }) => [...answers.values()].filter((answer) => answer === "ack"));
      const stored = (await entriesOf(admin, stuck)) - logBefore;
      expect(stored).to.be.within(Math.max(1, acknowledged.length), SENDS);
      await admin.send(stuck, "it goes on", "after");
      for (const { socket } of streams) socket.terminate();
    })).timeout(180_000);

  it("a start-up storm: thousands of streams at once are let in by few calls at a time", () =>
    withOverloaded(async ({ url, state }) => {
      const admin = new Person(url, ADMINISTRATOR);
      const people = await Promise.all(range(10).map((number) => admin.person(`person${number}`)));
      await admin.room(...people.map(({ handle }) => handle));
      const tokens = range(STORM).map((index) => people[index % people.length]?.token ?? "");
      const streams = tokens.map((token) => new Stream(url).hello({ token }));
      // Meanwhile, REST is served.
      await admin.request("GET", "/me");
      const opened = await Promise.all(streams);
      expect(opened.filter((stream) => !stream.types().includes("ready"))).to.deep.equal([]);
      const { most } = await state();
      expect(most["persistence.headsOf"]).to.be.within(1, 4);
      expect(most["persistence.credentials"]).to.be.within(1, 8);
      for (const { socket } of opened) socket.terminate();
    })).timeout(120_000);
});

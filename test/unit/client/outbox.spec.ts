import { expect } from "chai";
import fc from "fast-check";
import { Outbox, WAITING_SENDS } from "../../../client/outbox.ts";
import type { Problem } from "../../../client/words.ts";
import { BODY_BYTES, FRAME_BATCH } from "../../../contract/limits.ts";

type Frame = { ref: number; to: string; text: string; clientMessageId: string };

const problem = (status: number, retryAfter?: number): Problem => ({
  type: `urn:wirehouse:problem:${status}`,
  title: "",
  status,
  detail: `${status}`,
  ...(retryAfter !== undefined && { retryAfter }),
});

const receipt = (to: string, seq: number) => ({ conversationId: to, seq, sentAt: "", hash: "" });

/** An outbox whose clock a test sets, and the frames that it gives away. */
function world() {
  const clock = { now: 0 };
  const outbox = new Outbox(
    () => clock.now,
    () => 0.5,
  );
  const outcomes = new Map<string, unknown>();
  return {
    clock,
    outbox,
    outcomes,
    send(to: string, key: string, { text = "x", patience = 60_000 } = {}): void {
      outbox.push(to, { text, clientMessageId: key }, patience).then(
        (answer) => outcomes.set(key, answer),
        (error) => outcomes.set(key, error.problem?.status ?? error.reason),
      );
    },
    /** All messages that may be sent now, each as its frames. */
    messages(): Frame[][] {
      const taken: Frame[][] = [];
      for (let text = outbox.take(); text !== undefined; text = outbox.take()) taken.push([JSON.parse(text)].flat());
      return taken;
    },
  };
}

const keys = (frames: Frame[]) => frames.map(({ clientMessageId }) => clientMessageId);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the client's outbox", () => {
  it("G2, G3: stores each message once and each address's in the order sent, whatever is refused or lost", async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant("send" as const), to: fc.constantFrom("#a", "#b", "#c") }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant("serve" as const), fails: fc.nat(9), lost: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant("cut" as const) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant("wait" as const), time: fc.nat(5_000) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { outbox, clock, outcomes, send, messages } = world();
        const logs = new Map<string, string[]>();
        let answers: (() => void)[] = [];
        let serial = 0;
        /** Stores a batch as a server does: from a refusal for the moment on nothing of it. */
        const serve = (frames: Frame[], fails: number, lost: boolean) => {
          const bad = new Set<string>();
          for (const [index, { ref, to, clientMessageId }] of frames.entries()) {
            if (fails > 0 && index % 10 === fails) bad.add(to);
            if (bad.has(to)) answers.push(() => outbox.refused(ref, problem(503, index % 2)));
            else {
              const log = logs.get(to) ?? [];
              logs.set(to, log);
              if (!log.includes(clientMessageId)) log.push(clientMessageId);
              if (!lost) answers.push(() => outbox.acknowledged(ref, receipt(to, log.indexOf(clientMessageId) + 1)));
            }
          }
        };
        const cut = () => {
          answers = [];
          outbox.interrupted();
        };
        for (const one of steps) {
          if (one.type === "send") send(one.to, `${serial++}`);
          else if (one.type === "wait") clock.now += one.time;
          else if (one.type === "cut") cut();
          else {
            for (const frames of messages()) serve(frames, one.fails, one.lost);
            for (const answer of answers.splice(0)) answer();
          }
        }
        cut();
        while (outbox.size > 0) {
          clock.now += 20_000;
          for (const frames of messages()) serve(frames, 0, false);
          for (const answer of answers.splice(0)) answer();
        }
        await settled();
        expect(outcomes.size).to.equal(serial);
        for (const log of logs.values()) expect(log).to.deep.equal(log.toSorted((a, b) => Number(a) - Number(b)));
        expect([...logs.values()].flat()).to.have.length(serial);
      }),
    );
  });

  it("gives away what waits as few messages, within the bounds of a frame", () => {
    const { send, messages } = world();
    for (let i = 0; i < 250; i++) send(i % 2 ? "#a" : `#other-${i}`, `${i}`);
    const first = messages();
    expect(first.flat()).to.have.length(125 + 99);
    expect(Math.max(...first.map((frames) => frames.length))).to.equal(FRAME_BATCH);
    expect(keys(first.flat().filter(({ to }) => to === "#a"))).to.deep.equal(
      Array.from({ length: 99 }, (_, i) => `${2 * i + 1}`),
    );
    const { send: sendLarge, messages: large } = world();
    for (let i = 0; i < 5; i++) sendLarge(`#${i}`, `${i}`, { text: "\u0001".repeat(16_000) });
    const sizes = large().map((frames) => Buffer.byteLength(JSON.stringify(frames)));
    expect(sizes).to.have.length(3);
    expect(Math.max(...sizes)).to.be.at.most(BODY_BYTES);
  });

  it("tries again what is refused for the moment, not before it may, and nothing passes it", async () => {
    const { send, messages, outbox, clock, outcomes } = world();
    for (const key of ["one", "two", "three"]) send("#a", key);
    const [[one, two, three] = []] = messages();
    send("#a", "four");
    send("#b", "other");
    outbox.acknowledged(one?.ref ?? 0, receipt("a", 1));
    outbox.refused(two?.ref ?? 0, problem(429, 3));
    outbox.refused(three?.ref ?? 0, problem(404));
    expect(messages().map(keys)).to.deep.equal([["other"]]);
    expect(outbox.nextTry).to.equal(3_000);
    clock.now = 3_000;
    expect(messages().map(keys)).to.deep.equal([["two", "four"]]);
    await settled();
    expect([...outcomes]).to.deep.equal([
      ["one", receipt("a", 1)],
      ["three", 404],
    ]);
  });

  it("tries at once at another gateway what the last one would not take, but where it said how long to wait", () => {
    const { send, messages, outbox, clock } = world();
    for (const to of ["#a", "#b"]) send(to, to);
    const [[a, b] = []] = messages();
    outbox.refused(a?.ref ?? 0, problem(503));
    outbox.refused(b?.ref ?? 0, problem(503, 2));
    expect(messages()).to.deep.equal([]);
    outbox.interrupted();
    expect(messages().map(keys)).to.deep.equal([["#a"]]);
    clock.now = 2_000;
    expect(messages().map(keys)).to.deep.equal([["#b"]]);
  });

  it("gives up in time: what waits, what is under way, what could only be tried again later", async () => {
    const { send, messages, outbox, clock, outcomes } = world();
    send("#a", "under way", { patience: 1_000 });
    const [[frame] = []] = messages();
    send("#a", "waits", { patience: 1_000 });
    send("#a", "has time", { patience: 5_000 });
    send("#b", "refused", { patience: 2_000 });
    const [[refused] = []] = messages();
    outbox.refused(refused?.ref ?? 0, problem(503, 2));
    clock.now = 1_000;
    outbox.expire();
    await settled();
    expect([...outcomes]).to.deep.equal([
      ["refused", 503],
      ["under way", "late"],
      ["waits", "late"],
    ]);
    expect(messages()).to.deep.equal([], "the answer to what is under way is still to come");
    outbox.acknowledged(frame?.ref ?? 0, receipt("a", 1));
    expect(messages().map(keys)).to.deep.equal([["has time"]]);
    outbox.close();
    await settled();
    expect([outcomes.get("has time"), outbox.size]).to.deep.equal(["closed", 0]);
  });

  it("G8: takes so many, and refuses more at once, as it does what no server would take", async () => {
    const { send, outbox, outcomes } = world();
    for (let i = 0; i <= WAITING_SENDS; i++) send("#a", `${i}`);
    send("#a", "huge", { text: "x".repeat(BODY_BYTES) });
    await settled();
    expect([...outcomes]).to.deep.equal([
      [`${WAITING_SENDS}`, "full"],
      ["huge", 413],
    ]);
    expect(outbox.size).to.equal(WAITING_SENDS);
  });
});

import { expect } from "chai";
import fc from "fast-check";
import type { Posting, Stored } from "../../../contract/actions.ts";
import { type Outcome, refuse, refused } from "../../../contract/errors.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import { TURN_BYTES, TURN_COMMANDS } from "../../../contract/limits.ts";
import { Sends, WAITING_COPIES, WAITING_SENDS } from "../../../services/gateway/stream/sends.ts";
import { until } from "../../support/until.ts";

const id = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;
/** Addresses, some of which mean the same conversation. */
const addresses: Record<string, string> = { [id(1)]: id(1), [id(2)]: id(2), "#one": id(1), "@two": id(2) };
/** Topics, and what is bound to them. */
const topics: Record<string, string[]> = { one: [id(1)], both: [id(1), id(2)], three: [1, 2, 3].map(id) };
const meant = (to: string): string[] => topics[to.replace("topic:", "")] ?? [addresses[to] ?? ""];
/** A conversation that takes nothing. */
const REFUSING = id(3);

type Post = { conversationId: string; messages: Posting[] };
type Fault = "none" | "lost" | "refused" | "stored but lost";

/** The sender is in the first conversation, and in no other. */
const stored = (conversationId: string, seq: number): Outcome<Stored> => ({
  ok: {
    conversationId,
    seq,
    sentAt: "2026-01-01T00:00:00.000Z",
    hash: "0".repeat(64),
    repeat: false,
    ...(conversationId === id(1) && { seen: true }),
  },
});

/** A router that stores a message once, and whose answers get lost. */
class Router {
  readonly logs = new Map<string, string[]>();
  readonly posts: Post[] = [];
  readonly inFlight = new Map<string, number>();
  mostInFlight = 0;
  faults: Fault[] = [];

  async resolve(to: string): Promise<string> {
    await undefined;
    const fault = this.faults.shift();
    if (fault === "lost") throw refuse("unavailable", "lost");
    const found = addresses[to];
    if (found === undefined) throw refuse("not-found", "nowhere");
    return found;
  }

  async bound(topic: string): Promise<{ conversationIds: string[]; beyond: number }> {
    await undefined;
    const fault = this.faults.shift();
    if (fault === "lost") throw refuse("unavailable", "lost");
    const conversationIds = topics[topic];
    if (!conversationIds) throw refuse("nothing-bound", "nowhere");
    return { conversationIds, beyond: 0 };
  }

  async post(conversationId: string, messages: Posting[]): Promise<Outcome<Stored>[]> {
    this.posts.push({ conversationId, messages });
    this.inFlight.set(conversationId, (this.inFlight.get(conversationId) ?? 0) + 1);
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight.get(conversationId) ?? 0);
    await undefined;
    this.inFlight.set(conversationId, 0);
    const fault = this.faults.shift() ?? "none";
    if (fault === "lost") throw refuse("unavailable", "lost");
    const log = this.logs.get(conversationId) ?? [];
    this.logs.set(conversationId, log);
    const outcomes = messages.map(({ clientMessageId = "", text }): Outcome<Stored> => {
      if (text === "refuse me" || conversationId === REFUSING) return { refused: refused("forbidden", "no") };
      if (!log.includes(clientMessageId)) log.push(clientMessageId);
      return stored(conversationId, log.indexOf(clientMessageId) + 1);
    });
    if (fault === "stored but lost") throw refuse("unavailable", "lost");
    if (fault === "refused") return messages.map(() => ({ refused: refused("unavailable", "full") }));
    return outcomes;
  }
}

function sending(router: Router, wait = async () => {}) {
  const told: ServerFrame[] = [];
  const changes: boolean[] = [];
  const failures: unknown[] = [];
  const sends: Sends = new Sends({
    resolve: (to) => router.resolve(to),
    bound: (topic) => router.bound(topic),
    post: (conversationId, messages) => router.post(conversationId, messages),
    tell: (frame) => told.push(frame),
    changed: () => changes.push(sends.full),
    failed: (error) => failures.push(error),
    wait,
  });
  return { sends, told, changes, failures };
}

const outgoing = (ref: number, to: string, text = "x") => ({ ref, to, message: { text, clientMessageId: `${ref}` } });
const refs = (told: ServerFrame[], type: "ack" | "refused") =>
  told.flatMap((frame) => (frame.type === type && "ref" in frame ? [frame.ref] : []));

describe("a session's sends", () => {
  it("are stored in the order sent, once, and answered each once, whatever gets lost", async () => {
    const fault = fc.constantFrom<Fault>("none", "none", "lost", "refused", "stored but lost");
    const to = fc.constantFrom(...Object.keys(addresses), ...Object.keys(topics).map((topic) => `topic:${topic}`));
    await fc.assert(
      fc.asyncProperty(
        fc.array(to, { size: "max", maxLength: 30 }),
        fc.array(fault, { maxLength: 4 }),
        async (tos, faults) => {
          const router = new Router();
          router.faults = faults;
          const { sends, told } = sending(router);
          for (const [ref, address] of tos.entries()) sends.push(outgoing(ref, address));
          await sends.idle();
          expect(refs(told, "ack").toSorted()).to.deep.equal([...tos.keys()].toSorted());
          for (const conversation of [id(1), id(2)]) {
            const mine = [...tos.keys()].filter((ref) => meant(tos[ref] ?? "").includes(conversation)).map(String);
            expect(router.logs.get(conversation) ?? []).to.deep.equal(mine);
          }
          expect(router.mostInFlight).to.be.at.most(1);
        },
      ),
    );
  });

  it("to a topic tell of what one is in, and only count what one is not in", async () => {
    const { sends, told } = sending(new Router());
    sends.push(outgoing(1, "topic:three"));
    sends.push(outgoing(2, "topic:unbound"));
    sends.push(outgoing(3, "topic:both", "\ud800"));
    await sends.idle();
    const [ack] = told.filter(({ type }) => type === "ack");
    expect(ack).to.deep.include({ ref: 1, unseen: { stored: 1, refused: 1 } });
    if (ack?.type === "ack" && "receipts" in ack)
      expect(ack.receipts.map((one) => one.conversationId)).to.deep.equal([id(1)]);
    const problems = told.flatMap((frame) => (frame.type === "refused" ? [frame.problem.status] : []));
    expect(problems).to.deep.equal([404, 400]);
  });

  it("to a topic of which a conversation does not answer are refused with what became of them, and finished when sent again", async () => {
    const router = new Router();
    const { sends, told } = sending(router);
    const post = router.post.bind(router);
    router.post = async (conversationId, messages) => {
      if (conversationId === id(2)) throw refuse("unavailable", "down");
      return post(conversationId, messages);
    };
    sends.push(outgoing(1, "topic:both"));
    await sends.idle();
    const [refusal] = told;
    if (refusal?.type !== "refused") throw new Error("not refused");
    expect(refusal.problem).to.deep.include({ status: 503, clientMessageId: "1", unseen: { stored: 0, refused: 0 } });
    expect(refusal.problem.receipts).to.have.length(1);
    router.post = post;
    sends.push(outgoing(1, "topic:both"));
    await sends.idle();
    expect(told[1]).to.deep.include({ type: "ack", unseen: { stored: 1, refused: 0 } });
    expect([router.logs.get(id(1)), router.logs.get(id(2))]).to.deep.equal([["1"], ["1"]]);
  });

  it("that come in one piece go in one call, up to the bounds of a turn", async () => {
    const router = new Router();
    const { sends } = sending(router);
    for (let ref = 0; ref < 1500; ref++) sends.push(outgoing(ref, id(1)));
    await sends.idle();
    expect(router.posts.map(({ messages }) => messages.length)).to.deep.equal([TURN_COMMANDS, 1500 - TURN_COMMANDS]);
    for (let ref = 0; ref < 40; ref++) sends.push(outgoing(ref, id(2), "x".repeat(15_000)));
    await sends.idle();
    for (const { messages } of router.posts) expect(JSON.stringify(messages).length).to.be.at.most(TURN_BYTES + 3000);
  });

  it("are refused with the reason, alone, and only where another try would not help", async () => {
    const router = new Router();
    const { sends, told, failures } = sending(router);
    sends.push(outgoing(1, "#nowhere"));
    sends.push(outgoing(2, id(1)));
    sends.push(outgoing(3, id(1), "refuse me"));
    sends.push(outgoing(4, id(1)));
    await sends.idle();
    expect(refs(told, "ack")).to.deep.equal([2, 4]);
    expect(refs(told, "refused")).to.deep.equal([1, 3]);
    expect(failures).to.deep.equal([]);
  });

  it("are refused as unavailable when patience ends, with what waits behind: sent again, they must not change places", async () => {
    const router = new Router();
    router.faults = Array.from({ length: 6 }, () => "lost" as const);
    const { sends, told } = sending(router);
    sends.push(outgoing(1, id(1)));
    await undefined;
    await undefined;
    sends.push(outgoing(2, id(1)));
    await sends.idle();
    const [first, second] = told;
    expect(first).to.include({ type: "refused", ref: 1 });
    if (first?.type === "refused") expect(first.problem).to.include({ status: 503, retryAfter: 1 });
    expect(second).to.include({ type: "refused", ref: 2 });
    sends.push(outgoing(3, id(1)));
    await sends.idle();
    expect(told[2]).to.include({ type: "ack", ref: 3 });
  });

  it("whose address can't be found out for the moment are refused with what waits behind, whatever its address", async () => {
    const router = new Router();
    router.faults = Array.from({ length: 6 }, () => "lost" as const);
    const { sends, told } = sending(router);
    for (const [ref, to] of ["#one", id(1), "#one", "@two"].entries()) sends.push(outgoing(ref, to));
    await sends.idle();
    expect(refs(told, "refused")).to.deep.equal([0, 1, 2, 3]);
    sends.push(outgoing(4, "#one"));
    await sends.idle();
    expect(refs(told, "ack")).to.deep.equal([4]);
  });

  it("G8: say when no more should be read, and when again", async () => {
    const { sends, changes } = sending(new Router());
    for (let ref = 0; ref < WAITING_SENDS; ref++) sends.push(outgoing(ref, id(1)));
    expect(sends.full).to.equal(true);
    await sends.idle();
    expect(sends.full).to.equal(false);
    expect(changes).to.deep.equal([true, false]);
  });

  it("G8: to topics make so many copies at once, and the rest when those are answered", async () => {
    const router = new Router();
    const bound = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    let looked = 0;
    router.bound = async () => {
      looked++;
      return { conversationIds: bound, beyond: 0 };
    };
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    router.post = async (conversationId, messages) => {
      await held;
      return messages.map((_, index) => stored(conversationId, index + 1));
    };
    const { sends, told } = sending(router);
    for (let ref = 0; ref < 40; ref++) sends.push(outgoing(ref, "topic:many"));
    await until(() => looked * bound.length >= WAITING_COPIES);
    await new Promise((resolve) => setImmediate(resolve));
    expect(looked).to.equal(Math.ceil(WAITING_COPIES / bound.length));
    release();
    await sends.idle();
    expect(refs(told, "ack")).to.have.length(40);
  });

  it("that are abandoned are tried no more, and what is being resolved is not sent", async () => {
    const waited = Promise.withResolvers<void>();
    const router = new Router();
    router.faults = ["lost"];
    const { sends } = sending(router, () => waited.promise);
    sends.push(outgoing(1, id(1)));
    await until(() => router.posts.length === 1);
    await undefined;
    sends.push(outgoing(2, "@two"));
    sends.abandon();
    waited.resolve();
    await sends.idle();
    expect(router.posts).to.have.length(1);
    expect(router.logs.size).to.equal(0);
  });

  it("that are not yet on their way can be dropped", async () => {
    const router = new Router();
    const { sends } = sending(router);
    sends.push(outgoing(1, id(1)));
    sends.push(outgoing(2, "#one"));
    await undefined;
    sends.push(outgoing(3, id(1)));
    sends.abandon();
    await sends.idle();
    expect(router.logs.get(id(1)) ?? []).not.to.include("3");
  });
});

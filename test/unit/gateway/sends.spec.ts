import { expect } from "chai";
import fc from "fast-check";
import type { Sent } from "../../../contract/actions.ts";
import type { NewMessage } from "../../../contract/conversation.ts";
import { type Outcome, refuse, refused } from "../../../contract/errors.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import { TURN_BYTES, TURN_COMMANDS } from "../../../contract/limits.ts";
import { Sends, WAITING_SENDS } from "../../../services/gateway/stream/sends.ts";
import { until } from "../../support/until.ts";

const id = (n: number) => `01890000-0000-7000-8000-00000000000${n}`;
/** Addresses, some of which mean the same conversation. */
const addresses: Record<string, string> = { [id(1)]: id(1), [id(2)]: id(2), "#one": id(1), "@two": id(2) };

type Post = { conversationId: string; messages: NewMessage[] };
type Fault = "none" | "lost" | "refused" | "stored but lost";

const stored = (conversationId: string, seq: number): Outcome<Sent> => ({
  ok: { conversationId, seq, sentAt: "2026-01-01T00:00:00.000Z", hash: "0".repeat(64), repeat: false },
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

  async post(conversationId: string, messages: NewMessage[]): Promise<Outcome<Sent>[]> {
    this.posts.push({ conversationId, messages });
    this.inFlight.set(conversationId, (this.inFlight.get(conversationId) ?? 0) + 1);
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight.get(conversationId) ?? 0);
    await undefined;
    this.inFlight.set(conversationId, 0);
    const fault = this.faults.shift() ?? "none";
    if (fault === "lost") throw refuse("unavailable", "lost");
    const log = this.logs.get(conversationId) ?? [];
    this.logs.set(conversationId, log);
    const outcomes = messages.map(({ clientMessageId = "", text }): Outcome<Sent> => {
      if (text === "refuse me") return { refused: refused("forbidden", "no") };
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
    const to = fc.constantFrom(...Object.keys(addresses));
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
            const mine = [...tos.keys()].filter((ref) => addresses[tos[ref] ?? ""] === conversation).map(String);
            expect(router.logs.get(conversation) ?? []).to.deep.equal(mine);
          }
          expect(router.mostInFlight).to.be.at.most(1);
        },
      ),
    );
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

  it("G8: say when no more should be read, and when again", async () => {
    const { sends, changes } = sending(new Router());
    for (let ref = 0; ref < WAITING_SENDS; ref++) sends.push(outgoing(ref, id(1)));
    expect(sends.full).to.equal(true);
    await sends.idle();
    expect(sends.full).to.equal(false);
    expect(changes).to.deep.equal([true, false]);
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

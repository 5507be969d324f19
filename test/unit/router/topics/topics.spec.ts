import { expect } from "chai";
import type { Binding } from "../../../../contract/binding.ts";
import { refusalOf, refuse, refused, typeOf } from "../../../../contract/errors.ts";
import { TOPIC_CONVERSATIONS } from "../../../../contract/limits.ts";
import type { Sender } from "../../../../contract/principal.ts";
import { publish } from "../../../../services/router/topics/publish.ts";
import { Topics } from "../../../../services/router/topics/topics.ts";

const robot: Sender = {
  ...{ id: "robot", handle: "robot", name: "Robot", kind: "application", role: "user", disabled: false },
  publish: ["alerts.*"],
};
const boundTo = (bindings: Binding[], sender: Sender | null = robot) =>
  new Topics({ sender: async () => sender, match: async () => bindings });
const binding = (id: string, conversationId: string): Binding => ({ id, pattern: ">", conversationId });

describe("what a topic leads to", () => {
  it("is told to nobody who may not publish there, bound or not", async () => {
    for (const bindings of [[], [binding("1", "a")]])
      for (const sender of [
        null,
        { ...robot, disabled: true },
        { ...robot, publish: [] },
        { ...robot, publish: ["b.>"] },
      ])
        expect(await boundTo(bindings, sender).bound("robot", "alerts.fx").catch(typeOf)).to.equal("forbidden");
    expect(await boundTo([]).bound("robot", "alerts.fx").catch(typeOf)).to.equal("nothing-bound");
  });

  it("is each conversation once, those first that were bound first, and how many are beyond the limit", async () => {
    const twice = [binding("3", "c"), binding("2", "a"), binding("1", "b"), binding("4", "a")];
    expect(await boundTo(twice).bound("robot", "alerts.fx")).to.deep.equal({
      ...{ conversationIds: ["b", "a", "c"], beyond: 0 },
    });
    const many = Array.from({ length: TOPIC_CONVERSATIONS + 7 }, (_, n) => binding(String(9e6 - n), `c${n}`));
    const { conversationIds, beyond } = await boundTo(many).bound("robot", "alerts.fx");
    expect([conversationIds.length, beyond]).to.deep.equal([TOPIC_CONVERSATIONS, 7]);
    expect(conversationIds).not.to.include("c0");
  });

  it("G5 lets nobody in where it is not bound, nor anybody who may not publish", async () => {
    const bindings = [binding("1", "a")];
    expect(await boundTo(bindings).enters("robot", "alerts.fx", "a")).to.equal(true);
    expect(await boundTo(bindings).enters("robot", "alerts.fx", "b")).to.equal(false);
    expect(await boundTo(bindings).enters("robot", "news.fx", "a")).to.equal(false);
    expect(await boundTo(bindings, null).enters("robot", "alerts.fx", "a")).to.equal(false);
  });
});

describe("publishing", () => {
  const message = { topic: "alerts.fx", text: "moved", clientMessageId: "k" };
  const bound = async () => ({ conversationIds: ["a", "b", "c"], beyond: 0 });

  it("goes on where one does not answer, says what became of the others, also from another node, and is finished by the same", async () => {
    const stored = new Set<string>();
    const down = new Set(["b"]);
    const failures: unknown[] = [];
    const surroundings = {
      bound,
      async post(conversationId: string) {
        if (conversationId === "c") return [{ refused: refused("archived", "It is archived") }];
        if (down.has(conversationId)) throw refuse("unavailable", "down", { retryAfter: 3 });
        const repeat = stored.has(conversationId);
        stored.add(conversationId);
        return [{ ok: { conversationId, seq: 1, sentAt: "then", hash: "h".repeat(64), repeat } }];
      },
      failed: (error: unknown) => failures.push(error),
    };
    const refusal: unknown = await publish(message, surroundings).catch((error) => error);
    // As Moleculer rebuilds it from what crosses the wire.
    const rebuilt = Object.assign(new Error("lost its class"), JSON.parse(JSON.stringify(refusal)));
    const { type, data } = refusalOf(rebuilt);
    expect([type, data]).to.deep.equal([
      "unavailable",
      { retryAfter: 3, sent: { receipts: [], unseen: { stored: 1, refused: 1 }, clientMessageId: "k" } },
    ]);
    down.clear();
    const sent = await publish(message, surroundings);
    expect(sent).to.deep.equal({ receipts: [], unseen: { stored: 2, refused: 1 }, stored: true });
    expect([(await publish(message, surroundings)).stored, failures]).to.deep.equal([false, []]);
  });

  it("tells who runs the system of what no sender caused, and the sender no more than that it is to be tried again", async () => {
    const failures: unknown[] = [];
    const bug = new Error("a bug");
    const surroundings = { bound, post: () => Promise.reject(bug), failed: (error: unknown) => failures.push(error) };
    expect(await publish(message, surroundings).catch(typeOf)).to.equal("unavailable");
    expect(failures).to.deep.equal([bug, bug, bug]);
  });

  it("asks nobody about what is malformed", async () => {
    const surroundings = { bound, post: () => Promise.reject(new Error("asked")), failed: () => undefined };
    expect(await publish({ ...message, text: "\ud800" }, surroundings).catch(typeOf)).to.equal("validation");
  });
});

import { expect } from "chai";
import { api } from "../../../services/gateway/api.ts";
import type { Caller, Raw } from "../../../services/gateway/route.ts";

/** What a call answers, with this status, where an action answers this. */
async function statusOf(name: string, body: object, result: object): Promise<unknown> {
  const route = api.flatMap(({ routes }) => routes).find((one) => one.name === name);
  const raw: Raw = { path: {}, query: {}, header: () => undefined, body: async () => body };
  const caller: Caller = {
    principal: { id: "ana", handle: "ana", name: "Ana", kind: "person", role: "user", disabled: false },
    ask: async () => JSON.parse(JSON.stringify(result)),
    spend: () => undefined,
    follow: async () => {},
    notify: () => {},
  };
  const answered = await route?.handle(raw, caller);
  return answered && "status" in answered && answered.status;
}

describe("the gateway's own retry", () => {
  const message = { to: "#fx", text: "hello" };
  const stored = { conversationId: "c", seq: 1, sentAt: "", hash: "", repeat: true };

  it("of a message without a key of its sender's is no repeat of his: he made a new one", async () => {
    expect(await statusOf("sendMessage", message, stored)).to.equal(201);
    expect(await statusOf("sendMessage", { ...message, clientMessageId: "1" }, stored)).to.equal(200);
  });

  it("of a conversation without an id of its maker's is none either; a direct one may have been there", async () => {
    const met = { conversationId: "c", created: false };
    expect(await statusOf("createConversation", { kind: "room" }, met)).to.equal(201);
    const id = "01890000-0000-7000-8000-000000000001";
    expect(await statusOf("createConversation", { kind: "room", id }, met)).to.equal(200);
    expect(await statusOf("createConversation", { kind: "direct", members: ["@bob"] }, met)).to.equal(200);
  });
});

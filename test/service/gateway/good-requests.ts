import { v7 as uuid } from "uuid";
import type { Edge } from "./edge.ts";

export const NOWHERE = "01890000-0000-7000-8000-000000000000";

export type Asked = { path?: Record<string, string | number>; query?: string; body?: object };

/** A conversation in which everything that can happen has happened. @param more of what it is made of */
export async function lively({ admin, person }: Edge, more: object = {}) {
  const bob = await person("bob");
  await person("cleo");
  const { body } = await admin.post("/v1/conversations", { kind: "channel", name: "fx", members: ["@bob"], ...more });
  const id: string = body.id;
  const at = `/v1/conversations/${id}`;
  const said = async (text: string, more?: object): Promise<number> => (await admin.send(id, text, more)).body.seq;
  const seq = await said("hello @bob", { data: { a: [1, { b: null }] }, clientMessageId: "first" });
  await bob.send(id, "an answer", { replyTo: seq });
  const gone = await said("a mistake");
  await admin.delete(`${at}/messages/${gone}?reason=wrong`);
  await admin.patch(`${at}/messages/${seq}`, { text: "hello, @bob" });
  await bob.put(`${at}/messages/${seq}/reactions/👍`, undefined);
  await admin.put(`${at}/messages/${seq}/pin`, undefined);
  await admin.patch(at, { name: "rates", purpose: "rates", archived: true });
  await admin.patch(at, { archived: false });
  await admin.patch(`${at}/members/bob`, { role: "reader" });
  await admin.post(`${at}/members`, { principal: "@cleo" });
  await admin.delete(`${at}/members/cleo`);
  await admin.patch("/v1/principals/admin", { publish: ["rates.>"] });
  const { body: bound } = await admin.post("/v1/bindings", { pattern: "rates.*", conversationId: id });
  const { body: group } = await admin.put("/v1/groups/desk", { members: ["@bob"] });
  const { body: token } = await admin.post("/v1/principals/bob/tokens", { label: "spare" });
  return { id, seq, gone, token: token.id, binding: bound.id, group: group.conversationId };
}

/** Good requests for each operation, which together bring every answer that it may give when all is well. */
export function goodOnes({
  id,
  seq,
  gone,
  token,
  binding,
  group,
}: Awaited<ReturnType<typeof lively>>): Record<string, Asked[]> {
  const conversation = { path: { id } };
  const message = { path: { id, seq } };
  const reaction = { path: { id, seq, emoji: "🔥" } };
  const send = { body: { to: "#rates", text: "once", clientMessageId: "once" } };
  const publish = { body: { to: "topic:rates.eur", text: "published", clientMessageId: "published" } };
  const make = { body: { id: uuid(), kind: "room", members: ["@bob"] } };
  const join = { ...conversation, body: { principal: "@cleo" } };
  return {
    sendMessage: [send, send, publish, publish],
    listMessages: [conversation, { ...conversation, query: "?before=20&limit=1" }],
    getMessage: [message],
    listReplies: [message],
    editMessage: [{ ...message, body: { text: "hello again, @bob", data: null } }],
    redactMessage: [{ path: { id, seq: gone }, query: "?reason=again" }],
    react: [reaction],
    unreact: [reaction],
    pin: [message],
    unpin: [message],
    createConversation: [make, make, { body: { kind: "direct", members: ["@bob"] } }],
    listConversations: [{}],
    listChannels: [{ query: "?q=rat" }],
    getConversation: [conversation],
    changeConversation: [
      { ...conversation, body: { purpose: "none" } },
      { path: { id: group }, body: { purpose: "none" } },
    ],
    listEntries: [{ ...conversation, query: "?after=0&limit=200" }],
    followConversation: [conversation],
    markRead: [{ ...conversation, body: { seq } }],
    verifyConversation: [conversation],
    listMembers: [conversation],
    addMember: [join, join],
    changeMember: [{ path: { id, handle: "bob" }, body: { role: "member" } }],
    removeMember: [{ path: { id, handle: "bob" } }],
    listGroups: [{}],
    getGroup: [{ path: { name: "desk" } }],
    setGroup: [
      { path: { name: "desk" }, body: { members: ["@bob", "@cleo"] } },
      { path: { name: "other" }, body: { members: [], writers: ["@bob"] } },
    ],
    listBindings: [{}],
    bind: [{ body: { pattern: "rates.>", conversationId: id } }],
    unbind: [{ path: { id: binding } }],
    getPresence: [{ query: "?principals=@bob,@nobody" }],
    choosePresence: [{ body: { status: "dnd", text: "in a meeting", until: "2099-01-01T00:00:00.000Z" } }],
    search: [{ query: "?q=hello" }, { query: "?q=from:@bob&sort=newest&limit=1" }],
    getMe: [{}],
    listPrincipals: [{ query: "?q=b" }],
    getPrincipal: [{ path: { handle: "bob" } }],
    createPrincipal: [{ body: { handle: "dora", name: "Dora", kind: "application" } }],
    changePrincipal: [{ path: { handle: "bob" }, body: { name: "Robert" } }],
    createToken: [{ path: { handle: "bob" }, body: { scopes: ["read"] } }],
    listTokens: [{ path: { handle: "bob" } }],
    revokeToken: [{ path: { id: token } }],
    stream: [],
    live: [{}],
    ready: [{}],
  };
}

export const filled = (path: string, values: Asked["path"] = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? NOWHERE));

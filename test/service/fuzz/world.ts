import type { Client, Edge } from "../gateway/edge.ts";
import type { Known } from "./values.ts";

/** The same of everything in every run. */
export const SEED = 20_251_125;

/** A little world, so that what is asked for is there. */
export async function world({ admin, person }: Edge): Promise<{ known: Known; callers: Client[] }> {
  const [bob, eve] = [await person("bob"), await person("eve")];
  const room = await admin.room(bob);
  const { body: channel } = await admin.post("/v1/conversations", { kind: "channel", name: "fx", members: ["@bob"] });
  await admin.send("@bob", "hello");
  for (const id of [room, channel.id]) for (const text of ["one", "two @bob", "three"]) await admin.send(id, text);
  const id = [room, channel.id];
  const { body: page } = await admin.get(`/v1/conversations/${room}/messages?limit=1`);
  return {
    callers: [admin, bob, eve],
    known: {
      id,
      conversationId: id,
      to: ["#fx", "@bob", "@admin", ...id, "#nowhere", "@nobody"],
      seq: [1, 2, 3, 4, 5, 6],
      replyTo: [3, 4, 5],
      handle: ["bob", "@eve", "nobody", "Bob"],
      principal: ["@bob", "@eve", "@nobody"],
      members: ["@bob", "@eve"],
      ids: [bob.principalId, eve.principalId],
      cursor: [page.next],
      limit: [1, 50, 200],
      emoji: ["👍", "a b"],
      clientMessageId: ["once", "twice"],
      ref: [1, "a"],
      expiresAt: ["2099-01-01T00:00:00.000Z", "2000-02-29T00:00:00.000Z"],
      disabled: [false],
    },
  };
}
